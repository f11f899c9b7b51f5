import { words } from "../../words/words";

export const say = words({
  lead: [
    "A snapshot is all of this service at one moment: its data, its settings, its addresses.",
    "Une sauvegarde, c’est tout ce service à un moment donné : ses données, ses réglages, ses adresses.",
  ],
  bare: [
    "Every copy lies on this box’s own disk. That helps to undo, but it is no backup.",
    "Toutes les copies sont sur le disque de la boîte. Cela aide à revenir en arrière, mais ne protège pas de la perte du disque.",
  ],
  addTarget: ["Add a disk", "Ajouter un disque"],
  take: ["Take a snapshot", "Faire une sauvegarde"],
  rehearse: ["Rehearse a restore", "Répéter une restauration"],
  rehearseSays: [
    "A rehearsal restores the newest snapshot beside the living service, compares what is counted, and throws the copy away.",
    "Une répétition restaure la dernière sauvegarde à côté du service vivant, compare ce qu’on compte, et jette la copie.",
  ],
  proven: ["Does it restore?", "Est-ce que ça se restaure ?"],
  all: ["Snapshots", "Sauvegardes"],
  none: ["Never rehearsed yet.", "Jamais encore répété."],
  passed: ["It restores", "Ça se restaure"],
  failed: ["It did not restore as it should", "Ça ne s’est pas restauré comme il faut"],
  compared: ["What was compared", "Ce qui a été comparé"],
  measure: ["What is counted", "Ce qu’on compte"],
  expected: ["In the snapshot", "Dans la sauvegarde"],
  found: ["In the restored copy", "Dans la copie restaurée"],
  equal: ["the same", "identique"],
  differs: ["differs", "diffère"],
  earlier: ["Earlier rehearsals", "Répétitions précédentes"],
});
