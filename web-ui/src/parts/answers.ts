// Answers to a recipe's questions, checked as they are typed. The box checks
// again, and by the recipe's own rules; this only saves the way there.
import type { Question } from "../api/words";

export type Answers = Record<string, string>;
export type Wrong = "needed" | "not-number" | "not-mail";

/** What the form begins with: what is set now, or else what the recipe proposes. */
export function beginning(questions: Question[], set: Answers = {}): Answers {
  const pairs = questions.map(({ key, kind, default: proposed }) => [
    key,
    set[key] ?? proposed ?? (kind === "boolean" ? "false" : ""),
  ]);
  return Object.fromEntries(pairs) as Answers;
}

/** What is wrong with one answer; `kept` where an empty one leaves what is set. */
export function wrong(question: Question, answer: string, kept = false): Wrong | undefined {
  const given = answer.trim();
  if (given === "") return question.required && !kept ? "needed" : undefined;
  if (question.kind === "number" && !/^-?\d+$/.test(given)) return "not-number";
  if (question.kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)) return "not-mail";
  return undefined;
}

/** What to send: nothing that was left empty and is not known yet. */
export function given(questions: Question[], answers: Answers): Answers {
  const said = questions.filter(({ key }) => answers[key]?.trim());
  return Object.fromEntries(said.map(({ key }) => [key, answers[key]!.trim()]));
}

/** What differs from what is set; an emptied answer is one, an empty password is none. */
export function changed(questions: Question[], answers: Answers, set: Answers): Answers {
  const differing = questions.filter(({ key, kind, only_at_install: fixed }) => {
    const now = answers[key] ?? "";
    return !fixed && (kind === "password" ? now !== "" : now.trim() !== (set[key] ?? ""));
  });
  return Object.fromEntries(differing.map(({ key }) => [key, answers[key]!.trim()]));
}
