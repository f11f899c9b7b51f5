// Something that the box knows, kept fresh while a page shows it.
import { troubleOf } from "../api/trouble";
import type { Happened, Trouble } from "../api/words";
import { onBack, onEvent } from "./events.svelte";

export interface Live<T> {
  readonly value: T | undefined;
  /** Why there is nothing newer. */
  readonly trouble: Trouble | undefined;
  again(): Promise<void>;
}

/** Many events can come at once: one look serves them all. */
const TOGETHER = 250;
/** What changes without an event, such as a service's health, is looked at this often. */
const EVERY = 20_000;

/** Looks now, whenever a job's state changes, and when the box is back. */
export function live<T>(
  look: () => Promise<T>,
  touched: (event: Happened) => boolean = jobs,
): Live<T> {
  let value = $state.raw<T>();
  let trouble = $state.raw<Trouble>();
  let newest = 0;

  async function again() {
    const mine = ++newest;
    try {
      const found = await look();
      // A slower answer to an older question must not stand in for a newer one.
      if (mine === newest) [value, trouble] = [found, undefined];
    } catch (thrown) {
      if (mine === newest) trouble = troubleOf(thrown);
    }
  }

  $effect(() => {
    void again();
    let soon: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(soon);
      soon = setTimeout(again, TOGETHER);
    };
    const ends = [onEvent((event) => void (touched(event) && later())), onBack(later)];
    const clock = setInterval(() => document.visibilityState === "visible" && again(), EVERY);
    document.addEventListener("visibilitychange", later);
    return () => {
      clearTimeout(soon);
      clearInterval(clock);
      document.removeEventListener("visibilitychange", later);
      for (const end of ends) end();
      newest += 1;
    };
  });

  return {
    get value() {
      return value;
    },
    get trouble() {
      return trouble;
    },
    again,
  };
}

function jobs(event: Happened) {
  return event.event === "state" || event.event === "known";
}
