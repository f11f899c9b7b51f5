import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../../api/words";
import { leadsTo, mood, pressing } from "./attention";

const text = { en: "?", fr: "?" };
const finding = (code: string, weight: Finding["weight"], service?: string): Finding => ({
  trouble: { code, what: text, remedy: text },
  weight,
  about: service === undefined ? { kind: "box" } : { kind: "service", name: service },
  since: "2026-11-22T06:00:00Z",
});

test("a finding leads to where it is mended", () => {
  assert.equal(leadsTo(finding("service-ill", "urgent", "pad")), "/services/pad");
  assert.equal(leadsTo(finding("rehearsal-failed", "urgent", "pad")), "/services/pad/snapshots");
  assert.equal(leadsTo(finding("target-away", "soon")), "/backups");
  assert.equal(leadsTo(finding("disk-full", "urgent")), "/trash");
  assert.equal(leadsTo(finding("clock-adrift", "advice")), "/box");
});

test("the kitten sleeps through advice, and worries about what is urgent", () => {
  const advice = finding("clock-adrift", "advice");
  assert.equal(mood([]), "asleep");
  assert.equal(mood([advice]), "asleep");
  assert.equal(mood([advice, finding("target-away", "soon")]), "awake");
  assert.equal(mood([finding("target-away", "soon"), finding("disk-full", "urgent")]), "worried");
  assert.deepEqual(pressing([advice]), []);
});
