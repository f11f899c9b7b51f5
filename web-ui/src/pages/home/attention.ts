// What the box has found that needs a person: where each leads, and how the
// kitten takes it.
import type { Finding } from "../../api/words";

/** The page where a finding is mended. */
export function leadsTo(finding: Finding): string {
  const { about, trouble } = finding;
  const backup = /backup|snapshot|target|kit|rehears/.test(trouble.code);
  if (about.kind === "service") {
    return backup ? `/services/${about.name}/snapshots` : `/services/${about.name}`;
  }
  if (backup) return "/backups";
  if (trouble.code.startsWith("disk")) return "/trash";
  return "/box";
}

/** Advice can wait; what is urgent or comes soon cannot. */
export function pressing(findings: Finding[]): Finding[] {
  return findings.filter(({ weight }) => weight !== "advice");
}

export function mood(findings: Finding[]): "asleep" | "awake" | "worried" {
  if (findings.some(({ weight }) => weight === "urgent")) return "worried";
  return pressing(findings).length > 0 ? "awake" : "asleep";
}
