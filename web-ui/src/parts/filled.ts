// What was filled in for an installation, for as long as this tab lives: one
// that fails leads back to it. Whatever is secret is typed again.
import type { Question } from "../api/words";
import type { Answers } from "./answers";

export interface Filled {
  recipe: string;
  name: string;
  /** Its address; empty: the one below the box's own name. */
  domain: string;
  release: string;
  answers: Answers;
}

const KEY = "panier.filled";
/** Installations that are remembered; more go on side by side nowhere. */
const MOST = 10;

export function keep(job: number, filled: Filled) {
  const others = all().filter(([of]) => of !== job);
  sessionStorage.setItem(KEY, JSON.stringify([...others, [job, filled]].slice(-MOST)));
}

export function kept(job: number): Filled | undefined {
  return all().find(([of]) => of === job)?.[1];
}

/** Whoever comes next at this device need not know. */
export function forget() {
  sessionStorage.removeItem(KEY);
}

/** Answers without those that nobody should read. */
export function open(questions: Question[], answers: Answers): Answers {
  const secret = (key: string) =>
    questions.some((one) => one.key === key && one.kind === "password");
  return Object.fromEntries(Object.entries(answers).filter(([key]) => !secret(key)));
}

function all(): [number, Filled][] {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as [number, Filled][];
}
