// What a new password must be; the box asks the same.
export const SHORTEST = 10;

export function passwordWrong(password: string, again: string): "short" | "differ" | undefined {
  // Signs, not code units: an accent or an emoji is one.
  if ([...password].length < SHORTEST) return "short";
  return password === again ? undefined : "differ";
}
