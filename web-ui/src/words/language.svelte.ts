// Which of the two languages the panel speaks: what was chosen here before, or
// else what the browser asks for.
export type Language = "en" | "fr";

const KEPT = "panier.language";

/** The first of the browser's languages that we speak; English where none is. */
export function preferred(asked: readonly string[]): Language {
  for (const tag of asked) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "fr" || language === "en") return language;
  }
  return "en";
}

function first(): Language {
  if (typeof localStorage === "undefined") return "en";
  const kept = localStorage.getItem(KEPT);
  return kept === "fr" || kept === "en" ? kept : preferred(navigator.languages);
}

let now = $state<Language>(first());

export const language = {
  get now() {
    return now;
  },
  choose(chosen: Language) {
    now = chosen;
    globalThis.localStorage?.setItem(KEPT, chosen);
  },
};
