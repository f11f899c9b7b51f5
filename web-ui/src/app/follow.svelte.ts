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
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;

    const open = () => {
      source = new EventSource(`/api/jobs/${id}/events`);
      source.onmessage = (message) => {
        seen = after(seen, JSON.parse(message.data) as Happened);
        trouble = undefined;
        if (seen && ended(seen)) source?.close();
      };
      source.onerror = async () => {
        source?.close();
        if (seen && ended(seen)) return;
        // Why a stream failed is not told to scripts; a plain question is answered.
        await get("/api/jobs/{id}", { id }).then(
          (detail) => (seen = { detail }),
          (thrown) => (trouble = troubleOf(thrown)),
        );
        if (trouble?.code !== "job-unknown") again = setTimeout(open, AGAIN);
      };
    };
    open();
    return () => {
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
