import assert from "node:assert/strict";
import { test } from "node:test";
import { filled, patiently } from "./ask";
import { Refused } from "./trouble";

test("braces are filled, and the rest is asked", () => {
  const path = "/api/services/{name}/logs";
  assert.equal(filled(path, { name: "pad" }), "/api/services/pad/logs");
  assert.equal(filled(path, { name: "a/b", tail: 5 }), "/api/services/a%2Fb/logs?tail=5");
  assert.equal(filled("/api/jobs", { most: 30 }), "/api/jobs?most=30");
});

test("what gets no answer is asked again, and not for ever", async () => {
  let asked = 0;
  const failing = (times: number) => async () => {
    asked += 1;
    if (asked <= times) throw new TypeError("network changed");
    return asked;
  };
  assert.equal(await patiently(failing(2), undefined, [1, 1, 1]), 3);
  asked = 0;
  await assert.rejects(
    patiently(failing(9), undefined, [1, 1]),
    (thrown) => thrown instanceof Refused && thrown.trouble.code === "box-lost",
  );
  assert.equal(asked, 3);
});

test("who has gone asks no more", async () => {
  let asked = 0;
  const question = async () => {
    asked += 1;
    throw new DOMException("left", "AbortError");
  };
  await assert.rejects(patiently(question, AbortSignal.abort(), [1]), { name: "AbortError" });
  assert.equal(asked, 1);
});
