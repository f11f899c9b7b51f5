// The one place that speaks to the box. Paths, what stands in them, bodies and
// answers are checked against the API's own document when this is compiled.
import type { paths as Paths } from "./made/document";
import { Refused, lost, type Trouble } from "./trouble";

type Method = "get" | "post" | "put" | "patch" | "delete";

type Operation<P extends keyof Paths, M extends Method> = M extends keyof Paths[P]
  ? NonNullable<Paths[P][M]>
  : never;

/** The paths that take a method. */
type Taking<M extends Method> = {
  [P in keyof Paths]: [Operation<P, M>] extends [never] ? never : P;
}[keyof Paths];

type Answers<O> = O extends { responses: infer R } ? R : never;
type Json<R> = R extends { content: { "application/json": infer J } } ? J : never;
type Answer<O> = {
  [S in keyof Answers<O>]: S extends 200 | 201 | 202 ? Json<Answers<O>[S]> : never;
}[keyof Answers<O>];

type Sent<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? B
  : undefined;

/** What stands in the path's braces, and whatever else is asked behind a `?`. */
type Named = Record<string, string | number | boolean>;

export function get<P extends Taking<"get">>(path: P, named: Named = {}) {
  return ask<Answer<Operation<P, "get">>>("GET", path, named);
}

export function post<P extends Taking<"post">>(
  path: P,
  named: Named = {},
  ...[body]: Sent<Operation<P, "post">> extends undefined ? [] : [Sent<Operation<P, "post">>]
) {
  return ask<Answer<Operation<P, "post">>>("POST", path, named, body);
}

export function patch<P extends Taking<"patch">>(
  path: P,
  named: Named,
  body: Sent<Operation<P, "patch">>,
) {
  return ask<Answer<Operation<P, "patch">>>("PATCH", path, named, body);
}

export function put<P extends Taking<"put">>(
  path: P,
  named: Named,
  body: Sent<Operation<P, "put">>,
) {
  return ask<Answer<Operation<P, "put">>>("PUT", path, named, body);
}

export function remove<P extends Taking<"delete">>(path: P, named: Named = {}) {
  return ask<Answer<Operation<P, "delete">>>("DELETE", path, named);
}

/** A path with its braces filled; what has no brace goes behind a `?`. */
export function filled(path: string, named: Named): string {
  const left = new Map(Object.entries(named));
  const whole = path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = left.get(key) ?? "";
    left.delete(key);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams([...left].map(([key, value]) => [key, String(value)]));
  return left.size > 0 ? `${whole}?${query}` : whole;
}

/** What is called when the box no longer knows who asks. */
let signedOut: () => void = () => {};
export function onSignedOut(heard: () => void) {
  signedOut = heard;
}

async function ask<A>(method: string, path: string, named: Named, body?: unknown): Promise<A> {
  const request = {
    ...SAME_ORIGIN,
    method,
    headers: method === "GET" ? {} : acting(),
    body: body === undefined ? null : JSON.stringify(body),
  };
  const [response, text] = await patiently(async () => {
    const response = await fetch(filled(path, named), request);
    // An answer can break off as well as a question.
    return [response, await response.text()] as const;
  });
  if (!response.ok) throw refused(response, text);
  return text === "" ? (undefined as A) : (JSON.parse(text) as A);
}

/** What is read as it comes; whatever is no success is thrown as a Refused. */
export async function stream(address: string, signal?: AbortSignal): Promise<Response> {
  const request = { ...SAME_ORIGIN, signal: signal ?? null };
  const response = await patiently(() => fetch(address, request), signal);
  if (!response.ok) throw refused(response, await response.text());
  return response;
}

const SAME_ORIGIN: RequestInit = { credentials: "same-origin" };

/** What a request that changes something is sent with. */
function acting() {
  return {
    // A page elsewhere cannot set this header on a request to the box.
    "X-Panier": "1",
    "Content-Type": "application/json",
    // Asked again under the same key, it is answered again and not done again.
    "Idempotency-Key": crypto.randomUUID(),
  };
}

/** Pauses in milliseconds before something is asked again that got no answer. */
const PAUSES = [300, 1000, 3000, 5000];

/**
 * Asks, and again where the line fails: a telephone that leaves one network for
 * another breaks all that is under way, and so does a network that is made on
 * the box while its own browser shows the panel.
 */
export async function patiently<A>(
  question: () => Promise<A>,
  signal?: AbortSignal,
  pauses: readonly number[] = PAUSES,
): Promise<A> {
  try {
    return await question();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    const [pause, ...left] = pauses;
    if (pause === undefined) throw new Refused(lost(), 0);
    await new Promise((passed) => setTimeout(passed, pause));
    return patiently(question, signal, left);
  }
}

function refused(response: Response, text: string): Refused {
  const trouble = told(response, text);
  if (trouble.code === "signed-out") signedOut();
  return new Refused(trouble, response.status);
}

function told(response: Response, text: string): Trouble {
  const kind = response.headers.get("Content-Type") ?? "";
  // The front door answers in its own words while the daemon is away.
  if (!kind.includes("json")) return lost();
  const body = JSON.parse(text) as Trouble;
  return typeof body.code === "string" ? body : lost();
}
