import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "../../api/words";
import { isTrouble, KEPT, together, whole } from "./lines";

const line = (text: string): LogLine => ({ container: "app", error: false, text });

test("a line that is cut on its way is put together again", () => {
  const sent = `${JSON.stringify(line("one"))}\n${JSON.stringify(line("two"))}\n`;
  const first = whole(sent.slice(0, 60));
  const second = whole(first.rest + sent.slice(60));
  const texts = [...first.entries, ...second.entries].map((entry) => "text" in entry && entry.text);
  assert.deepEqual(texts, ["one", "two"]);
  assert.equal(second.rest, "");
});

test("the end before its time is told apart from a line", () => {
  const trouble = { code: "engine-gone", what: {}, remedy: {} };
  const { entries } = whole(`${JSON.stringify({ trouble })}\n`);
  assert.ok(entries[0] && isTrouble(entries[0]));
  assert.ok(!isTrouble(line("one")));
});

test("only the newest lines are kept", () => {
  const many = Array.from({ length: KEPT }, (_, place) => line(String(place)));
  const kept = together(many, [line("new")]);
  assert.equal(kept.length, KEPT);
  assert.equal(kept.at(-1)?.text, "new");
  assert.equal(kept[0]?.text, "1");
});
