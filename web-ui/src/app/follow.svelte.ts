// Follows one job over its own stream, which tells all that is known first and
// leaves nothing out.
import { after, ended, type Followed } from "../api/follow";
import { get } from "../api/ask";
import { troubleOf } from "../api/trouble";
import type { Happened, Trouble } from "../api/words";

const AGAIN = 1500;

export function follow(job: () => number | undefined) {
  let seen = $state.raw<Followed>();
  let trouble = $state.raw<Trouble>();

  $effect(() => {
    const id = job();
    seen = undefined;
    trouble = undefined;
    if (id === undefined) return;
    let left = false;
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;

    const open = () => {
      source = new EventSource(`/api/jobs/${id}/events`);
      source.onmessage = (message) => {
        const event = JSON.parse(message.data) as Happened;
        seen = after(seen, event);
        trouble = undefined;
        // The last word is all that is known, once more: that it ended, and when.
        if (event.event === "known" && ended(event.detail)) source?.close();
      };
      source.onerror = async () => {
        source?.close();
        if (seen?.detail.ended) return;
        // Why a stream failed is not told to scripts; a plain question is answered.
        await get("/api/jobs/{id}", { id }).then(
          (detail) => left || (seen = { detail }),
          (thrown) => left || (trouble = troubleOf(thrown)),
        );
        const over = left || trouble?.code === "job-unknown" || (seen && ended(seen.detail));
        if (!over) again = setTimeout(open, AGAIN);
      };
    };
    open();
    return () => {
      left = true;
      clearTimeout(again);
      source?.close();
    };
  });

  return {
    get seen() {
      return seen;
    },
    get trouble() {
      return trouble;
    },
  };
}
