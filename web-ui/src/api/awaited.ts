// Parts of the API that the document does not describe yet; each entry goes
// when its endpoint is there.
import type { components } from "./made/document";
import type { Text, Trouble } from "./trouble";

type Answer<T> = { responses: { 200: { content: { "application/json": T } } } };
type Taken<B, T> = Answer<T> & { requestBody: { content: { "application/json": B } } };
type Started = components["schemas"]["JobStarted"];

export interface Update {
  release: string;
  revision: number;
  way: string[];
  notes?: Text[];
}

export interface Previous {
  release: string;
  revision: number;
  kept: string;
}

/** What a way back would take away, measured now. */
export interface WayBack extends Previous {
  moved: { name: string; label: Text; then?: string; now?: string }[];
}

export interface Measure {
  name: string;
  label?: Text;
  value: string;
}

export interface Snapshot {
  id: string;
  service: string;
  recipe: string;
  software: string;
  release: string;
  revision: number;
  taken: string;
  reason: string;
  bytes: number;
  measures: Measure[];
  places: string[];
}

export interface Rehearsal {
  at: string;
  snapshot: string;
  passed: boolean;
  compared: { name: string; label?: Text; expected: string; found: string; equal: boolean }[];
  trouble?: Trouble;
}

export interface Target {
  name: string;
  path: string;
  state: string;
  room?: { total: number; free: number };
  last_copy?: string;
  trouble?: Trouble;
}

export interface Disk {
  path: string;
  filesystem: string;
  label?: string;
  total: number;
  free: number;
  same_disk: boolean;
}

export interface Backups {
  targets: Target[];
  kit_made?: string;
  next_nightly?: string;
  problems: Trouble[];
}

export interface Kit {
  page: string;
  text: string;
  made: string;
  tried: boolean;
}

/** What services are going to say of their backups and updates. */
export interface MoreOfService {
  last_snapshot?: string | null;
  last_rehearsal?: { at: string; passed: boolean } | null;
  backed_up?: boolean;
  update?: Update | null;
  previous?: Previous | null;
}

export interface Awaited {
  "/api/services/{name}/update": { post: Taken<{ release?: string }, Started> };
  "/api/services/{name}/rollback": { get: Answer<WayBack>; post: Answer<Started> };
  "/api/services/{name}/snapshots": { get: Answer<Snapshot[]>; post: Answer<Started> };
  "/api/services/{name}/rehearse": { post: Answer<Started> };
  "/api/services/{name}/rehearsals": { get: Answer<Rehearsal[]> };
  "/api/snapshots": { get: Answer<Snapshot[]> };
  "/api/snapshots/{id}/restore": { post: Taken<{ name?: string; domain?: string }, Started> };
  "/api/targets": {
    get: Answer<Target[]>;
    post: Taken<{ name: string; path: string }, Target>;
  };
  "/api/targets/{name}": { delete: Answer<undefined> };
  "/api/targets/{name}/check": { post: Answer<Started> };
  "/api/disks": { get: Answer<Disk[]> };
  "/api/backups": { get: Answer<Backups> };
  "/api/backups/kit": { post: Taken<{ language?: string }, Kit> };
}
