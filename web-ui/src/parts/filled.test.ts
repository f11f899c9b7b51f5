import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Question } from "../api/words";
import { forget, keep, kept, open } from "./filled";

const tab = new Map<string, string>();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, value: string) => tab.set(key, value),
    removeItem: (key: string) => tab.delete(key),
  },
});
beforeEach(() => tab.clear());

const filled = (name: string) => ({ recipe: "pad", name, domain: "", release: "1", answers: {} });

test("each installation leads back to its own form", () => {
  keep(7, filled("pad"));
  keep(8, filled("pad-2"));
  assert.equal(kept(7)?.name, "pad");
  assert.equal(kept(8)?.name, "pad-2");
  assert.equal(kept(9), undefined);
  forget();
  assert.equal(kept(7), undefined);
});

test("only so many are remembered, the newest", () => {
  for (let job = 1; job <= 12; job += 1) keep(job, filled(`pad-${job}`));
  assert.equal(kept(2), undefined);
  assert.equal(kept(12)?.name, "pad-12");
});

test("a password is not remembered", () => {
  const question = (key: string, kind: Question["kind"]): Question => ({
    ...{ key, kind, label: { en: "?", fr: "?" }, required: true, only_at_install: false },
  });
  const questions = [question("title", "text"), question("pin", "password")];
  assert.deepEqual(open(questions, { title: "Ours", pin: "1234" }), { title: "Ours" });
});
