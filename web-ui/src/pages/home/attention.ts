// What the box has found that needs a person: where each leads, and how the
// kitten takes it.
import type { Finding, Service } from "../../api/words";
import type { Place } from "../../parts/remedies/remedies";

/** The page where a finding is mended. */
export function leadsTo({ about, trouble }: Finding): Place {
  const backup = /backup|snapshot|target|kit|rehears/.test(trouble.code);
  if (about.kind === "service") {
    const to = `/services/${about.name}`;
    return backup ? { to: `${to}/snapshots`, what: "snapshots" } : { to, what: "service" };
  }
  if (backup) return { to: "/backups", what: "backups" };
  if (trouble.code.startsWith("disk")) return { to: "/trash", what: "trash" };
  if (trouble.code.startsWith("certificate")) return { to: "/box", what: "certificates" };
  return { to: "/box", what: "box" };
}

/** All that was found, and each service that is ill before a check has said so. */
export function all(findings: Finding[], services: Service[]): Finding[] {
  const told = ({ name }: Service) =>
    findings.some(({ about }) => about.kind === "service" && about.name === name);
  const silent = services.flatMap((service) => {
    if (service.health.state !== "ill" || told(service)) return [];
    const { trouble } = service.health;
    const about = { kind: "service", name: service.name } as const;
    return [{ trouble, weight: "urgent", about, since: service.created } as const];
  });
  return [...silent, ...findings];
}

/** Advice can wait; what is urgent or comes soon cannot. */
export function pressing(findings: Finding[]): Finding[] {
  return findings.filter(({ weight }) => weight !== "advice");
}

/** All is well only where nothing was found, and everything outlives this disk. */
export type Standing = "empty" | "needs" | "runs" | "well";

export function standing(findings: Finding[], services: Service[]): Standing {
  if (pressing(findings).length > 0) return "needs";
  if (services.length === 0) return "empty";
  return findings.length === 0 && services.every(({ backed_up }) => backed_up) ? "well" : "runs";
}

export function mood(findings: Finding[]): "asleep" | "awake" | "worried" {
  if (findings.some(({ weight }) => weight === "urgent")) return "worried";
  return pressing(findings).length > 0 ? "awake" : "asleep";
}
