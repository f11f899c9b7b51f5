// One job as it is followed: what is known, and what its events change in it.
import type { Happened, JobDetail, Step, Text } from "./words";

export interface Followed {
  detail: JobDetail;
  /** What is being counted just now, in bytes. */
  progress?: { label: Text; done: number; total: number } | undefined;
  /** What was said in passing, and is not kept. */
  passing?: Text | undefined;
}

/** What is seen after an event. Events may be told twice, never out of order. */
export function after(seen: Followed | undefined, event: Happened): Followed | undefined {
  if (event.event === "known") return { detail: event.detail };
  if (!seen || event.job !== seen.detail.id) return seen;
  switch (event.event) {
    case "step":
      return { detail: { ...seen.detail, steps: stepped(seen.detail.steps, event) } };
    case "progress":
      return { ...seen, progress: event };
    case "line":
      return lined(seen, event);
    case "state":
      return { ...seen, detail: { ...seen.detail, state: event.state, trouble: event.trouble } };
  }
}

function stepped(steps: Step[], event: Extract<Happened, { event: "step" }>): Step[] {
  const { ordinal, name, label, state } = event;
  const changed = {
    ...steps.find((step) => step.ordinal === ordinal),
    ordinal,
    name,
    label,
    state,
  };
  return [...steps.filter((step) => step.ordinal !== ordinal), changed].sort(
    (one, other) => one.ordinal - other.ordinal,
  );
}

function lined(seen: Followed, event: Extract<Happened, { event: "line" }>): Followed {
  const { number, text } = event;
  if (number == null) return { ...seen, passing: text };
  if (seen.detail.lines.some((line) => line.number === number)) return seen;
  const lines = [...seen.detail.lines, { number, text, time: new Date().toISOString() }];
  return { ...seen, passing: undefined, detail: { ...seen.detail, lines } };
}

export function ended(detail: JobDetail): boolean {
  return detail.state === "done" || detail.state === "failed";
}

/** What a move has said last: which release runs, and that the data are there. */
export function conclusion(detail: JobDetail): Text | undefined {
  const moved = detail.kind === "update" || detail.kind === "rollback";
  return moved && detail.state === "done" ? detail.lines.at(-1)?.text : undefined;
}

/** How many steps are done, of how many; undefined while none is planned. */
export function share(detail: JobDetail): { done: number; of: number } | undefined {
  const of = detail.steps.length;
  const done = detail.steps.filter((step) => step.state === "done").length;
  return of > 0 ? { done, of } : undefined;
}
