import assert from "node:assert/strict";
import { test } from "node:test";
import type { Question } from "../api/words";
import { beginning, changed, given, wrong } from "./answers";

const label = { en: "?", fr: "?" };
const question = (key: string, more: Partial<Question> = {}): Question => ({
  key,
  kind: "text",
  label,
  required: false,
  only_at_install: false,
  ...more,
});

test("a form begins with what is set, then with what is proposed", () => {
  const questions = [
    question("title", { default: "Pads" }),
    question("open", { kind: "boolean" }),
    question("note"),
  ];
  assert.deepEqual(beginning(questions), { title: "Pads", open: "false", note: "" });
  assert.equal(beginning(questions, { title: "Ours" }).title, "Ours");
});

test("each kind of answer is checked by its own rule", () => {
  assert.equal(wrong(question("a", { required: true }), " "), "needed");
  assert.equal(wrong(question("a", { required: true }), "", true), undefined);
  assert.equal(wrong(question("a"), ""), undefined);
  assert.equal(wrong(question("a", { kind: "number" }), "12"), undefined);
  assert.equal(wrong(question("a", { kind: "number" }), "1.5"), "not-number");
  assert.equal(wrong(question("a", { kind: "email" }), "nom@exemple.org"), undefined);
  assert.equal(wrong(question("a", { kind: "email" }), "nom@exemple"), "not-mail");
});

test("what was left empty is not sent at an installation", () => {
  const questions = [question("title"), question("note")];
  assert.deepEqual(given(questions, { title: " Pads ", note: " " }), { title: "Pads" });
});

test("only what differs is changed; a password that was not typed stays", () => {
  const questions = [
    question("title"),
    question("note"),
    question("pin", { kind: "password" }),
    question("admin", { only_at_install: true }),
  ];
  const set = { title: "Pads", note: "old", admin: "admin" };
  const answers = { title: "Pads", note: "", pin: "", admin: "root" };
  assert.deepEqual(changed(questions, answers, set), { note: "" });
  assert.deepEqual(changed(questions, { ...answers, note: "old", pin: "1234" }, set), {
    pin: "1234",
  });
});
