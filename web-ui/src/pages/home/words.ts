import { count, words } from "../../words/words";

export const say = words({
  title: ["Home", "Accueil"],
  well: ["All is well.", "Tout va bien."],
  empty: ["The basket is empty.", "Le panier est vide."],
  emptyLead: [
    "Choose a first service in the catalogue: a few minutes later it runs, at an address of your own.",
    "Choisissez un premier service dans le catalogue : quelques minutes plus tard, il tourne, à une adresse bien à vous.",
  ],
  toCatalogue: ["See the catalogue", "Voir le catalogue"],
  oneThing: ["One thing needs you.", "Une chose a besoin de vous."],
  things: [
    (many: number) => `${many} things need you.`,
    (many: number) => `${many} choses ont besoin de vous.`,
  ],
  calm: [
    (running: number) =>
      `${count(running, "service runs", "services run")}, and all is backed up outside this disk.`,
    (running: number) =>
      `${count(running, "service tourne", "services tournent")}, et tout est sauvegardé hors de ce disque.`,
  ],
  runs: ["Nothing urgent.", "Rien ne presse."],
  running: [
    (running: number) => `${count(running, "service runs", "services run")}.`,
    (running: number) => `${count(running, "service tourne", "services tournent")}.`,
  ],
  bare: [
    "Not all of it has a copy outside this disk: see the backups",
    "Tout n’a pas encore de copie hors de ce disque : voir les sauvegardes",
  ],
  rest: [
    "Here is what, and what to do. All the rest goes on working.",
    "Voici quoi, et que faire. Tout le reste continue de fonctionner.",
  ],
  services: ["Services", "Services"],
  advice: ["When you have a moment", "Quand vous aurez un moment"],
  add: ["Add a service", "Ajouter un service"],
  open: [(name: string) => `Open ${name}`, (name: string) => `Ouvrir ${name}`],
  lastSnapshot: ["Last snapshot", "Dernière sauvegarde"],
  lastProven: ["Restore last proven", "Restauration prouvée"],
  provenFailed: ["failed", "échec"],
  outside: ["Outside this disk", "Hors de ce disque"],
  never: ["never", "jamais"],
  yes: ["yes", "oui"],
  no: ["no", "non"],
  updateTo: [
    (release: string) => `Release ${release} is ready`,
    (release: string) => `La version ${release} est prête`,
  ],
});
