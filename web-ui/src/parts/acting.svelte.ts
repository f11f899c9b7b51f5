// Something that a person has asked for: under way, refused, or done.
import { troubleOf } from "../api/trouble";
import type { Trouble } from "../api/words";

export class Acting {
  busy = $state(false);
  trouble = $state.raw<Trouble>();

  /** Does it, unless it is being done already; whether it was done. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.trouble = undefined;
    try {
      await act();
      return true;
    } catch (thrown) {
      this.trouble = troubleOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
