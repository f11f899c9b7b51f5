// Trouble as the API tells it, and the one that only the panel can notice.
import type { components } from "./made/document";

export type Text = components["schemas"]["Text"];
export type Trouble = components["schemas"]["Trouble"];

/** A request that was refused, or that never arrived (status 0). */
export class Refused extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly status: number,
  ) {
    super(trouble.code);
  }
}

/** The box does not answer. */
export function lost(): Trouble {
  return {
    code: "box-lost",
    what: { en: "The box does not answer.", fr: "La boîte ne répond pas." },
    why: {
      en: "It may be starting again, or this device has lost the network.",
      fr: "Elle redémarre peut-être, ou cet appareil n’a plus de réseau.",
    },
    remedy: {
      en: "Wait a moment: this page tries again by itself.",
      fr: "Attendez un instant : cette page réessaie d’elle-même.",
    },
  };
}

/** What to show for whatever was thrown. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof Refused) return thrown.trouble;
  return {
    code: "panel-failed",
    what: { en: "This page has failed.", fr: "Cette page a échoué." },
    why: { en: String(thrown), fr: String(thrown) },
    remedy: { en: "Load it again.", fr: "Rechargez-la." },
  };
}
