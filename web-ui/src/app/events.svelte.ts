// The box's event stream, held open as long as somebody is signed in. When the
// daemon restarts or the network goes, the panel says so and comes back by itself.
import type { Happened } from "../api/words";
import { readSession } from "./session.svelte";

type Heard = (event: Happened) => void;

const heard = new Set<Heard>();
const back = new Set<() => void>();

let away = $state.raw(false);
let source: EventSource | undefined;
let again: ReturnType<typeof setTimeout> | undefined;
let pause = 0;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export const connection = {
  /** Whether the box does not answer. */
  get away() {
    return away;
  },
};

/** Hears all that happens to jobs; gives what ends the hearing. */
export function onEvent(listener: Heard) {
  heard.add(listener);
  return () => void heard.delete(listener);
}

/** Hears that the box answers again: what was seen before may be old. */
export function onBack(listener: () => void) {
  back.add(listener);
  return () => void back.delete(listener);
}

export function open() {
  close();
  source = new EventSource("/api/events");
  source.onopen = opened;
  source.onmessage = (message) => {
    const event = JSON.parse(message.data) as Happened;
    for (const listener of heard) listener(event);
  };
  source.onerror = lost;
}

export function close() {
  clearTimeout(again);
  source?.close();
  source = undefined;
}

function opened() {
  const missed = pause > 0;
  pause = 0;
  away = false;
  // However short the gap was, something may have happened in it.
  if (missed) for (const listener of back) listener();
}

// A browser's own second try ends for good at an answer such as 502, which the
// front door gives while the daemon is away. So the pauses are ours.
function lost() {
  close();
  // A stream may end and be had again at once: only a second failure is told.
  if (pause > 0) away = true;
  pause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, pause * 2));
  again = setTimeout(async () => {
    // The session may have ended with the daemon: then this leads to its page.
    if (await readSession()) open();
    else lost();
  }, pause);
}
