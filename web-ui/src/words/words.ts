// Messages, each in English and in French side by side, kept beside the page
// that says them. A message that lacks a language does not compile.
import type { Text } from "../api/trouble";
import { language } from "./language.svelte";

type Sentence = string;
// The parameters are checked where a message is used; `never` lets any be declared.
type Filled = (...given: never[]) => string;
type Pair = readonly [Sentence, Sentence] | readonly [Filled, Filled];

type Said<P> = P extends readonly [infer E extends Filled, infer F]
  ? F extends E
    ? E
    : never
  : string;

/** Messages that are read in the language of the moment. */
export function words<const T extends Record<string, Pair>>(
  pairs: T,
): { readonly [K in keyof T]: Said<T[K]> } {
  return new Proxy(pairs, { get: (of, key) => inLanguage(of[key as string]) }) as never;
}

function inLanguage(pair: Pair | undefined) {
  const found = pair?.[language.now === "fr" ? 1 : 0];
  return typeof found === "function"
    ? (...given: never[]) => set(found(...given))
    : set(found ?? "");
}

/** A sentence of the API's. */
export function said(text: Text): string {
  return set(text[language.now]);
}

/** A word of the API's at the beginning of a line. */
export function begun(word: string): string {
  return word.slice(0, 1).toLocaleUpperCase(locale()) + word.slice(1);
}

/** French signs of two parts stand off their word, and never begin a line. */
function set(sentence: string): string {
  if (language.now !== "fr") return sentence;
  return sentence
    .replace(/ ([:»])/g, "\u00a0$1")
    .replace(/ ([;!?])/g, "\u202f$1")
    .replace(/« /g, "«\u00a0");
}

/** One form for one, another for many, as each language counts: French has « 0 jour ». */
export function count(number: number, one: string, many: string): string {
  const single = language.now === "fr" ? Math.abs(number) < 2 : number === 1;
  return `${figure(number)}\u00a0${single ? one : many}`;
}

export function figure(number: number): string {
  return new Intl.NumberFormat(locale()).format(number);
}

export function locale(): string {
  return language.now === "fr" ? "fr-FR" : "en-GB";
}
