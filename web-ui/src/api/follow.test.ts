import assert from "node:assert/strict";
import { test } from "node:test";
import { after, conclusion, ended, share, type Followed } from "./follow";
import type { Happened, JobDetail } from "./words";

const text = (en: string) => ({ en, fr: en });
const detail: JobDetail = {
  id: 7,
  kind: "install",
  label: text("installation"),
  subject: "pad",
  state: "running",
  created: "2026-11-22T06:00:00Z",
  steps: [
    {
      ordinal: 0,
      name: "allot",
      label: text("Allot"),
      state: "done",
      begun: "2026-11-22T06:00:00Z",
    },
    { ordinal: 1, name: "make", label: text("Make"), state: "planned" },
  ],
  lines: [{ number: 0, time: "2026-11-22T06:00:01Z", text: text("first") }],
};

function followed(...events: Happened[]): Followed {
  const begun = after(undefined, { event: "known", detail });
  return events.reduce((seen, event) => after(seen, event), begun)!;
}

test("nothing is seen before all that is known was told", () => {
  assert.equal(after(undefined, { event: "state", job: 7, state: "done" }), undefined);
});

test("a step's event changes that step and keeps when it was begun", () => {
  const step = { event: "step", job: 7, of: 2, name: "allot", label: text("Allot") } as const;
  const seen = followed({ ...step, ordinal: 0, state: "undone" });
  assert.deepEqual(
    seen.detail.steps.map(({ state }) => state),
    ["undone", "planned"],
  );
  assert.equal(seen.detail.steps[0]?.begun, "2026-11-22T06:00:00Z");
});

test("a step that no plan named takes its place", () => {
  const seen = followed({
    event: "step",
    job: 7,
    ordinal: 2,
    of: 3,
    name: "open",
    label: text("Open"),
    state: "begun",
  });
  assert.equal(seen.detail.steps[2]?.name, "open");
});

test("a line that is told twice is shown once, and a passing one is not kept", () => {
  const line = { event: "line", job: 7, text: text("first") } as const;
  assert.equal(followed({ ...line, number: 0 }).detail.lines.length, 1);
  assert.equal(followed({ ...line, number: 1 }).detail.lines.length, 2);
  const passing = followed({ ...line, text: text("pulling"), number: null });
  assert.equal(passing.detail.lines.length, 1);
  assert.equal(passing.passing?.en, "pulling");
});

test("what happens to another job is not ours", () => {
  const seen = followed({ event: "state", job: 8, state: "failed" });
  assert.equal(seen.detail.state, "running");
});

test("the counting ends with its step, and the job with its state", () => {
  const counting = { event: "progress", job: 7, label: text("Image"), done: 5, total: 10 } as const;
  assert.equal(followed(counting).progress?.done, 5);
  const step = { event: "step", job: 7, of: 2, name: "make", label: text("Make") } as const;
  assert.equal(followed(counting, { ...step, ordinal: 1, state: "done" }).progress, undefined);
  assert.equal(ended(followed({ event: "state", job: 7, state: "done" }).detail), true);
  assert.equal(ended(followed({ event: "state", job: 7, state: "undoing" }).detail), false);
});

test("what a move said last is what came of it", () => {
  assert.equal(conclusion({ ...detail, kind: "update" }), undefined);
  assert.equal(conclusion({ ...detail, kind: "update", state: "done" })?.en, "first");
  assert.equal(conclusion({ ...detail, state: "done" }), undefined);
});

test("the share is of the steps that are done", () => {
  assert.deepEqual(share(detail), { done: 1, of: 2 });
  assert.equal(share({ ...detail, steps: [] }), undefined);
});
