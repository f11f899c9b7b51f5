// What a service writes, as it comes: one JSON object a line, cut anywhere on
// the way.
import type { LogEntry, LogLine, Trouble } from "../../api/words";

/** Lines kept in the page: more would make it slow, and nobody reads them there. */
export const KEPT = 1000;

/** The whole lines of a text that came in pieces, and what is left of it. */
export function whole(text: string): { entries: LogEntry[]; rest: string } {
  const pieces = text.split("\n");
  const rest = pieces.pop() ?? "";
  const entries = pieces.filter(Boolean).map((piece) => JSON.parse(piece) as LogEntry);
  return { entries, rest };
}

export function isTrouble(entry: LogEntry): entry is { trouble: Trouble } {
  return "trouble" in entry;
}

/** The newest of what was and what came. */
export function together(lines: LogLine[], come: LogLine[]): LogLine[] {
  return [...lines, ...come].slice(-KEPT);
}
