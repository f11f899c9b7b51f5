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

export function put<P extends Taking<"put">>(path: P, body: Sent<Operation<P, "put">>) {
  return ask<Answer<Operation<P, "put">>>("PUT", path, {}, body);
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
  const response = await send(filled(path, named), {
    method,
    // A page elsewhere cannot set this header on a request to the box.
    headers: method === "GET" ? {} : { "X-Panier": "1", "Content-Type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return response.status === 204 ? (undefined as A) : ((await response.json()) as A);
}

/** Sends a request; whatever is no success is thrown as a Refused. */
export async function send(address: string, request: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...request });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new Refused(lost(), 0);
  }
  if (response.ok) return response;
  const trouble = await told(response);
  if (trouble.code === "signed-out") signedOut();
  throw new Refused(trouble, response.status);
}

async function told(response: Response): Promise<Trouble> {
  const kind = response.headers.get("Content-Type") ?? "";
  // The front door answers in its own words while the daemon is away.
  if (!kind.includes("json")) return lost();
  const body = (await response.json()) as Trouble;
  return typeof body.code === "string" ? body : lost();
}
