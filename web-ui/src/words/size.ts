// Bytes, as people say them: in thousands, with the units of each language.
import { language } from "./language.svelte";
import { locale } from "./words";

const ENGLISH = ["B", "kB", "MB", "GB", "TB"];
const FRENCH = ["o", "ko", "Mo", "Go", "To"];

export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < 4) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 10 && unit > 1 ? 1 : 0;
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
  const units = language.now === "fr" ? FRENCH : ENGLISH;
  return `${number}\u00a0${units[unit]}`;
}
