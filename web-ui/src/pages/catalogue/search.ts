// Finding a recipe by what one has in mind.
import type { Recipe } from "../../api/words";

/** Without accents or capitals, as people type when they search. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** Those in which every word that was typed is found, in either language. */
export function search(recipes: Recipe[], typed: string): Recipe[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  return recipes.filter((recipe) => {
    const { name, id, summary, category, replaces = [] } = recipe;
    const texts = [summary, category].flatMap((text) => (text ? [text.en, text.fr] : []));
    const all = plain([name, id, ...replaces, ...texts].join(" "));
    return words.every((word) => all.includes(word));
  });
}
