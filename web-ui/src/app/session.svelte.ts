// Who the box takes the reader for.
import { get, onSignedOut, post, remove } from "../api/ask";
import type { Session } from "../api/words";
import { forget } from "../parts/filled";

let session = $state.raw<Session>();

export const current = {
  get session() {
    return session;
  },
};

/** Asks the box; whether it answered that somebody is signed in. */
export async function readSession(): Promise<boolean> {
  const answer = await get("/api/session").catch(() => undefined);
  if (answer) session = answer;
  return answer?.state === "signed-in";
}

export async function signIn(password: string) {
  await post("/api/session", {}, { password });
  await readSession();
}

export async function begin(code: string, password: string) {
  await post("/api/session/first-run", {}, { code, password });
  await readSession();
}

export async function signOut() {
  forget();
  await remove("/api/session");
  await readSession();
}

onSignedOut(() => {
  if (session) session = { ...session, state: "signed-out" };
});
