// What to do now, as the panel says it: a remedy of the API's names commands,
// in brackets or last behind a colon. Where a page does the same, the panel
// leads there, and the command becomes the other way.

export interface Way {
  /** The sentence; without its command where a page stands in for that. */
  says: string;
  /** The command, where it was taken out of the sentence. */
  command?: string;
  place?: Place;
}

export interface Place {
  to: string;
  /** What is found there. */
  what: What;
}

export type What =
  | "services"
  | "service"
  | "log"
  | "settings"
  | "domains"
  | "snapshots"
  | "job"
  | "jobs"
  | "catalogue"
  | "recipe"
  | "backups"
  | "trash"
  | "certificates"
  | "box";

const BRACKETS = /\s\((panier [^)]+)\)/;
const COLON = /\s?:\s(panier .+?)(?:\.?$|\.\s)/;

/** `about` is the service that the trouble is of, where that is known. */
export function way(remedy: string, about?: string): Way {
  const found = BRACKETS.exec(remedy) ?? COLON.exec(remedy);
  const place = found?.[1] && placeOf(found[1].split(" ").slice(1), about);
  if (!found?.[1] || !place) return { says: remedy };
  const [before, after] = [
    remedy.slice(0, found.index),
    remedy.slice(found.index + found[0].length),
  ];
  const says = found[0].startsWith(" (") ? before + after : `${before}.${after && ` ${after}`}`;
  return { says, command: found[1], place };
}

function placeOf([verb, ...rest]: string[], about: string | undefined): Place | undefined {
  // What stands in capitals is for a person to fill in.
  const word = rest.find((one) => !one.startsWith("-"));
  const name = word && word !== word.toUpperCase() ? word : about;
  switch (verb) {
    case "list":
      return { to: "/", what: "services" };
    case "jobs":
      return { to: "/jobs", what: "jobs" };
    case "job":
      return word ? { to: `/jobs/${word}`, what: "job" } : undefined;
    case "trash":
      return { to: "/trash", what: "trash" };
    case "target":
    case "key":
      return { to: "/backups", what: "backups" };
    case "certificate":
      return { to: "/box", what: "certificates" };
    case "recipe":
      return recipe(rest);
    case "domain":
      return ofDomains(rest);
    default:
      return ofService(verb, rest, name);
  }
}

function recipe([verb, id]: string[]): Place | undefined {
  if (verb === "list") return { to: "/catalogue", what: "catalogue" };
  return verb === "show" && id ? { to: `/catalogue/${id}`, what: "recipe" } : undefined;
}

/** `domain add NAME HOST`: which service comes second; whose it is may not be known. */
function ofDomains([, name]: string[]): Place {
  return name
    ? { to: `/services/${name}/domains`, what: "domains" }
    : { to: "/", what: "services" };
}

function ofService(verb: string | undefined, rest: string[], name?: string): Place | undefined {
  switch (verb) {
    case "logs":
      return name ? { to: `/services/${name}/logs`, what: "log" } : undefined;
    case "snapshots":
    case "backup":
    case "restore":
    case "rehearse":
      return name
        ? { to: `/services/${name}/snapshots`, what: "snapshots" }
        : { to: "/backups", what: "backups" };
    case "set":
      return name ? { to: `/services/${name}/settings`, what: "settings" } : undefined;
    case "show":
    case "start":
    case "stop":
    case "restart":
    case "rollback":
      return name ? { to: `/services/${name}`, what: "service" } : { to: "/", what: "services" };
    case "update":
      // Answers that a newer release asks for are given in the terminal alone.
      return name && !rest.includes("--set")
        ? { to: `/services/${name}`, what: "service" }
        : undefined;
    default:
      return undefined;
  }
}
