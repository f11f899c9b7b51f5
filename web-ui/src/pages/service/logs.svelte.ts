// Follows what a service writes, and takes the stream up again when it breaks.
import { filled, stream } from "../../api/ask";
import { Refused } from "../../api/trouble";
import type { LogLine, Trouble } from "../../api/words";
import { isTrouble, together, whole } from "./lines";

const FIRST = 200;
const AGAIN = 3000;

export function logs(which: () => { name: string; container: string }) {
  let lines = $state.raw<LogLine[]>([]);
  let held = $state.raw<LogLine[]>([]);
  let paused = $state(false);
  let broken = $state(false);
  let begun = $state(false);
  let trouble = $state.raw<Trouble>();

  function take(come: LogLine[]) {
    if (paused) held = together(held, come);
    else lines = together(lines, come);
  }

  $effect(() => {
    const { name, container } = which();
    const ending = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    lines = [];
    held = [];
    begun = false;

    const read = async (tail: number) => {
      const asked = { name, follow: true, tail, ...(container && { container }) };
      const address = filled("/api/services/{name}/logs", asked);
      try {
        const answer = await stream(address, ending.signal);
        [begun, broken, trouble] = [true, false, undefined];
        await each(answer, (text) => {
          const { entries, rest } = whole(text);
          for (const entry of entries) if (isTrouble(entry)) trouble = entry.trouble;
          take(entries.filter((entry): entry is LogLine => !isTrouble(entry)));
          return rest;
        });
      } catch (thrown) {
        if (ending.signal.aborted) return;
        // A line that breaks is no trouble: it is taken up again.
        trouble = thrown instanceof Refused ? thrown.trouble : undefined;
      }
      if (ending.signal.aborted) return;
      broken = true;
      // Only what comes: what came is on the page.
      again = setTimeout(read, AGAIN, begun ? 0 : FIRST);
    };
    void read(FIRST);
    return () => {
      clearTimeout(again);
      ending.abort();
    };
  });

  return {
    get lines() {
      return lines;
    },
    get waiting() {
      return held.length;
    },
    get paused() {
      return paused;
    },
    get broken() {
      return broken;
    },
    get begun() {
      return begun;
    },
    get trouble() {
      return trouble;
    },
    pause() {
      paused = true;
    },
    goOn() {
      paused = false;
      lines = together(lines, held);
      held = [];
    },
  };
}

/** Hands over what comes, with what the last time was left of it before. */
async function each(answer: Response, take: (text: string) => string) {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const piece = await reader?.read();
    if (!piece || piece.done) return;
    rest = take(rest + piece.value);
  }
}
