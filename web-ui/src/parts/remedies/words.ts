import { words } from "../../words/words";

export const say = words({
  now: ["What to do now:", "Que faire maintenant :"],
  orTerminal: ["or in a terminal:", "ou dans un terminal :"],
  services: ["See the services", "Voir les services"],
  service: ["Go to the service", "Aller au service"],
  log: ["Open its log", "Ouvrir son journal"],
  settings: ["Open its settings", "Ouvrir ses réglages"],
  domains: ["See its domains", "Voir ses domaines"],
  snapshots: ["See its snapshots", "Voir ses sauvegardes"],
  job: ["See what was done", "Voir ce qui s’est fait"],
  jobs: ["See the jobs", "Voir les tâches"],
  catalogue: ["See the catalogue", "Voir le catalogue"],
  recipe: ["See it in the catalogue", "Le voir au catalogue"],
  backups: ["See the backups", "Voir les sauvegardes"],
  trash: ["Open the trash", "Ouvrir la corbeille"],
  certificates: ["See the certificates", "Voir les certificats"],
  box: ["See the box", "Voir la boîte"],
});
