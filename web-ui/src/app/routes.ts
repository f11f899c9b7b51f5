// Which page an address leads to. Pure, so that it can be tried without a browser.
export type ServiceRoom = "overview" | "settings" | "domains" | "snapshots" | "logs" | "inside";

export type Route =
  | { page: "home" }
  | { page: "catalogue" }
  | { page: "recipe"; id: string }
  /** `as` is the job whose form is filled in again. */
  | { page: "install"; id: string; as: number | undefined }
  | { page: "service"; name: string; room: ServiceRoom }
  | { page: "backups" }
  | { page: "jobs" }
  | { page: "job"; id: number }
  | { page: "trash" }
  | { page: "box" }
  | { page: "nowhere" };

const ROOMS: readonly string[] = ["settings", "domains", "snapshots", "logs", "inside"];
/** No longer than JavaScript counts exactly. */
const NUMBER = /^\d{1,15}$/;
const NOWHERE: Route = { page: "nowhere" };

export function route(path: string): Route {
  const [first = "", second, third, fourth, ...more] = parts(path);
  if (more.length > 0 || (fourth && first !== "catalogue")) return NOWHERE;
  switch (first) {
    case "":
      return { page: "home" };
    case "catalogue":
      return catalogue(second, third, fourth);
    case "services":
      return service(second, third);
    case "jobs":
      return third === undefined ? job(second) : NOWHERE;
    case "backups":
    case "trash":
    case "box":
      return second === undefined ? { page: first } : NOWHERE;
    default:
      return NOWHERE;
  }
}

function parts(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    // A `%` that begins no sign: no address of ours has it.
    return ["%"];
  }
}

function catalogue(id?: string, then?: string, as?: string): Route {
  if (id === undefined) return { page: "catalogue" };
  if (then === undefined) return { page: "recipe", id };
  if (then !== "install") return NOWHERE;
  if (as === undefined) return { page: "install", id, as };
  return NUMBER.test(as) ? { page: "install", id, as: Number(as) } : NOWHERE;
}

function service(name: string | undefined, room: string | undefined): Route {
  if (name === undefined) return { page: "home" };
  if (room === undefined) return { page: "service", name, room: "overview" };
  return ROOMS.includes(room) ? { page: "service", name, room: room as ServiceRoom } : NOWHERE;
}

function job(id: string | undefined): Route {
  if (id === undefined) return { page: "jobs" };
  return NUMBER.test(id) ? { page: "job", id: Number(id) } : NOWHERE;
}
