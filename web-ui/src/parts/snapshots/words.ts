import { words } from "../../words/words";

export const say = words({
  none: ["No snapshot has been taken yet.", "Aucune sauvegarde n’a encore été faite."],
  asked: ["asked for", "demandée"],
  nightly: ["nightly", "de la nuit"],
  beforeUpdate: ["before an update", "avant une mise à jour"],
  beforeRestore: ["before a restore", "avant une restauration"],
  beforeRollback: ["before going back", "avant un retour en arrière"],
  beforeRemoval: ["before a removal", "avant un retrait"],
  lies: [(places: string) => `kept ${places}`, (places: string) => `gardée ${places}`],
  here: ["on this box", "sur cette boîte"],
  onTarget: [(name: string) => `on ${name}`, (name: string) => `sur ${name}`],
  onlyHere: ["only on this box’s disk", "seulement sur le disque de la boîte"],
  release: [(release: string) => `release ${release}`, (release: string) => `version ${release}`],
  counted: ["What was counted", "Ce qui a été compté"],
  proven: ["Rehearsed: it restores", "Répétée : elle se restaure"],
  disproven: [
    "Rehearsed: it did not restore as it should",
    "Répétée : elle ne s’est pas restaurée comme il faut",
  ],
  unproven: ["Not rehearsed", "Pas répétée"],
  restore: ["Restore…", "Restaurer…"],
  restoreOf: [
    (name: string, when: string) => `Restore ${name}, of ${when}`,
    (name: string, when: string) => `Restaurer ${name}, du ${when}`,
  ],
  how: ["How", "Comment"],
  inPlace: ["In place", "À sa place"],
  inPlaceSays: [
    "The service goes back to that moment. What was written since is kept in a snapshot that is taken first.",
    "Le service revient à ce moment-là. Ce qui a été écrit depuis reste dans une sauvegarde faite d’abord.",
  ],
  again: ["Under its own name", "Sous son propre nom"],
  againSays: [
    "It is no longer on this box: it comes back as it was, at its own address.",
    "Il n’est plus sur cette boîte : il revient tel qu’il était, à son adresse.",
  ],
  beside: ["Beside, as another service", "À côté, comme un autre service"],
  besideSays: [
    "The living one is left alone. Good for looking at how things were.",
    "Celui qui tourne n’est pas touché. Idéal pour voir comment c’était.",
  ],
  copy: ["copy", "copie"],
  newName: ["Name of the new service", "Nom du nouveau service"],
  newDomain: ["Its domain name", "Son nom de domaine"],
  domainHelp: ["Empty: its name below the box’s own.", "Vide : son nom sous celui de la boîte."],
  restoreNow: ["Restore", "Restaurer"],
  nameWrong: [
    "Only small letters, digits and hyphens, beginning with a letter.",
    "Seulement des minuscules, des chiffres et des tirets, en commençant par une lettre.",
  ],
});
