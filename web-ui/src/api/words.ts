// The API's words, under their own names.
import type { components } from "./made/document";

type Schemas = components["schemas"];

export type Service = Schemas["Service"];
export type ServiceDetail = Schemas["ServiceDetail"];
export type Health = Schemas["Health"];
export type Inside = Schemas["Inside"];
export type Recipe = Schemas["Recipe"];
export type RecipeDetail = Schemas["RecipeDetail"];
export type Question = Schemas["Question"];
export type Job = Schemas["Job"];
export type JobDetail = Schemas["JobDetail"];
export type JobStarted = Schemas["JobStarted"];
export type Step = Schemas["Step"];
export type BoxFacts = Schemas["Box"];
export type Trashed = Schemas["Trashed"];
export type Finding = Schemas["Finding"];
export type Update = Schemas["Update"];
export type Previous = Schemas["Previous"];
export type WayBack = Schemas["WayBack"];
export type Snapshot = Schemas["Snapshot"];
export type Rehearsal = Schemas["Rehearsal"];
export type Target = Schemas["Target"];
export type Disk = Schemas["Disk"];
export type Backups = Schemas["Backups"];
export type Kit = Schemas["Kit"];
export type Certificate = Schemas["Certificate"];
export type CertificateTest = Schemas["CertificateTest"];
export type Authority = Schemas["Authority"];
export type Secrets = Schemas["Secrets"];
export type Session = Schemas["Session"];
export type LogEntry = Schemas["LogEntry"];
export type LogLine = Schemas["LogLine"];
export type Happened = Schemas["Event"];
export type { Text, Trouble } from "./trouble";
