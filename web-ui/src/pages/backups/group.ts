import type { Snapshot } from "../../api/words";

/** Snapshots by the service that they are of, by name; the newest first in each. */
export function byService(snapshots: Snapshot[]): [string, Snapshot[]][] {
  const groups = new Map<string, Snapshot[]>();
  for (const snapshot of snapshots) {
    groups.set(snapshot.service, [...(groups.get(snapshot.service) ?? []), snapshot]);
  }
  for (const group of groups.values()) {
    group.sort((one, other) => Date.parse(other.taken) - Date.parse(one.taken));
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}
