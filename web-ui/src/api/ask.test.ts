import assert from "node:assert/strict";
import { test } from "node:test";
import { filled } from "./ask";

test("braces are filled, and the rest is asked", () => {
  const path = "/api/services/{name}/logs";
  assert.equal(filled(path, { name: "pad" }), "/api/services/pad/logs");
  assert.equal(filled(path, { name: "a/b", tail: 5 }), "/api/services/a%2Fb/logs?tail=5");
  assert.equal(filled("/api/jobs", { most: 30 }), "/api/jobs?most=30");
});
