import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding, Service } from "../../api/words";
import { all, leadsTo, mood, pressing, standing } from "./attention";

const text = { en: "?", fr: "?" };
const finding = (code: string, weight: Finding["weight"], service?: string): Finding => ({
  trouble: { code, what: text, remedy: text },
  weight,
  about: service === undefined ? { kind: "box" } : { kind: "service", name: service },
  since: "2026-11-22T06:00:00Z",
});

const service = (name: string, health: Service["health"], backed_up = true): Service => ({
  ...{ id: 1, name, recipe: name, software: name, release: "1", revision: 1, health, backed_up },
  ...{ address: "", domains: [], wanted: "running", created: "2026-11-22T06:00:00Z" },
});

test("a finding leads to where it is mended", () => {
  const leads = (one: Finding) => leadsTo(one).to;
  assert.equal(leads(finding("service-ill", "urgent", "pad")), "/services/pad");
  assert.equal(leads(finding("rehearsal-failed", "urgent", "pad")), "/services/pad/snapshots");
  assert.equal(leads(finding("target-away", "soon")), "/backups");
  assert.equal(leads(finding("disk-full", "urgent")), "/trash");
  assert.equal(leads(finding("clock-adrift", "advice")), "/box");
});

test("the kitten sleeps through advice, and worries about what is urgent", () => {
  const advice = finding("clock-adrift", "advice");
  assert.equal(mood([]), "asleep");
  assert.equal(mood([advice]), "asleep");
  assert.equal(mood([advice, finding("target-away", "soon")]), "awake");
  assert.equal(mood([finding("target-away", "soon"), finding("disk-full", "urgent")]), "worried");
  assert.deepEqual(pressing([advice]), []);
});

test("all is well only while nothing was found and everything outlives the disk", () => {
  const [kept, bare] = [service("a", { state: "up" }), service("b", { state: "up" }, false)];
  assert.equal(standing([], []), "empty");
  assert.equal(standing([], [kept]), "well");
  assert.equal(standing([], [kept, bare]), "runs");
  assert.equal(standing([finding("clock-adrift", "advice")], [kept]), "runs");
  assert.equal(standing([finding("no-backup", "soon")], [kept, bare]), "needs");
});

test("what is ill needs somebody, also before a check has said so", () => {
  const trouble = finding("service-unwell", "urgent").trouble;
  const ill = service("pad", { state: "ill", trouble });
  assert.deepEqual(all([], [ill]).map(leadsTo), [{ to: "/services/pad", what: "service" }]);
  const told = [finding("service-ill", "urgent", "pad")];
  assert.deepEqual(all(told, [ill]), told);
});
