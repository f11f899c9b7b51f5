import { words } from "../../words/words";

export const say = words({
  title: ["Trash", "Corbeille"],
  lead: [
    "Services that were removed, with their data. They stay until you delete them.",
    "Les services retirés, avec leurs données. Ils y restent jusqu’à ce que vous les supprimiez.",
  ],
  empty: ["The trash is empty.", "La corbeille est vide."],
  release: [(release: string) => `release ${release}`, (release: string) => `version ${release}`],
  removed: ["removed", "retiré"],
  restore: ["Bring back", "Faire revenir"],
  restoreAsk: [
    (name: string) => `Bring ${name} back?`,
    (name: string) => `Faire revenir ${name} ?`,
  ],
  name: ["Under which name", "Sous quel nom"],
  nameHelp: [
    "Another name helps where its own is taken by now.",
    "Un autre nom aide si le sien est pris entre-temps.",
  ],
  purge: ["Delete for good", "Supprimer définitivement"],
  purgeAsk: [
    (name: string) => `Delete ${name} and its data for good?`,
    (name: string) => `Supprimer ${name} et ses données, définitivement ?`,
  ],
  purgeSays: [
    "Nothing on this box brings its data back, but the snapshots that were taken of it.",
    "Rien sur cette boîte ne ramènera ses données, hormis les sauvegardes qui en ont été faites.",
  ],
});
