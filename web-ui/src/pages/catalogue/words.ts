import { words } from "../../words/words";

export const say = words({
  title: ["Catalogue", "Catalogue"],
  lead: [
    "Free software that this box can host, in place of services that live off your data.",
    "Des logiciels libres que cette boîte peut héberger, à la place de services qui vivent de vos données.",
  ],
  search: ["What are you looking for?", "Que cherchez-vous ?"],
  searchHelp: ["calendar, Doodle, expenses…", "agenda, Doodle, dépenses…"],
  found: [
    (number: number) => (number === 1 ? "1 found" : `${number} found`),
    (number: number) => (number < 2 ? `${number} trouvé` : `${number} trouvés`),
  ],
  nothing: ["Nothing in the catalogue answers to that.", "Rien dans le catalogue n’y répond."],
  replaces: [
    (names: string) => `in place of ${names}`,
    (names: string) => `à la place de ${names}`,
  ],
  notHere: ["not for this box’s processor", "pas pour le processeur de cette boîte"],
  wrong: ["This recipe cannot be used", "Cette recette est inutilisable"],
  other: ["Other", "Autres"],
  back: ["Catalogue", "Catalogue"],
  install: ["Install", "Installer"],
  installed: [
    (names: string) => `Installed already: ${names}. A second one lives beside it, apart.`,
    (names: string) => `Déjà installé : ${names}. Un second vivra à côté, séparément.`,
  ],
  needs: ["What it needs, and what this box has", "Ce qu’il lui faut, et ce que la boîte a"],
  memory: ["Memory", "Mémoire"],
  memoryOf: [
    (needs: string, has: string) => `${needs} at most; ${has} are free`,
    (needs: string, has: string) => `${needs} au plus ; ${has} sont libres`,
  ],
  disk: ["Disk", "Disque"],
  diskOf: [
    (needs: string, has: string) => `about ${needs} in a year; ${has} are free`,
    (needs: string, has: string) => `environ ${needs} en un an ; ${has} sont libres`,
  ],
  memoryAlone: [(needs: string) => `${needs} at most`, (needs: string) => `${needs} au plus`],
  diskAlone: [
    (needs: string) => `about ${needs} in a year`,
    (needs: string) => `environ ${needs} en un an`,
  ],
  download: ["To fetch", "À télécharger"],
  images: ["Images", "Images"],
  builtHere: [
    (names: string) => `built on this box (${names}): some minutes the first time`,
    (names: string) => `construites sur cette boîte (${names}) : quelques minutes la première fois`,
  ],
  enough: ["enough", "suffisant"],
  tooLittle: ["too little", "trop peu"],
  leaves: ["What leaves the box", "Ce qui sort de la boîte"],
  leavesNothing: [
    "Nothing. It is shut in, and cannot reach the internet.",
    "Rien. Il est enfermé, et ne peut pas joindre l’internet.",
  ],
  leavesFrom: [(part: string) => `${part}:`, (part: string) => `${part} :`],
  trust: ["What to know before", "À savoir avant"],
  hostReads: ["Who runs the box", "Qui tient la boîte"],
  hostReadsYes: [
    "can read what people put in. Tell them.",
    "peut lire ce que les gens y mettent. Dites-le-leur.",
  ],
  hostReadsPartly: [
    "can read a part of what people put in.",
    "peut lire une partie de ce que les gens y mettent.",
  ],
  hostReadsNo: [
    "cannot read what people put in: it is encrypted before it arrives.",
    "ne peut pas lire ce que les gens y mettent : c’est chiffré avant d’arriver.",
  ],
  mail: ["Mail", "Courriel"],
  mailRequired: ["It cannot do without.", "Il ne peut pas s’en passer."],
  mailOptional: ["It works without.", "Il fonctionne sans."],
  mailNone: ["It sends none.", "Il n’en envoie pas."],
  export: ["Taking one’s data along", "Repartir avec ses données"],
  license: ["Licence", "Licence"],
  source: ["Source code", "Code source"],
  releases: ["Releases", "Versions"],
  newest: ["newest", "la plus récente"],
  reachesOut: ["may reach the internet", "peut joindre l’internet"],
});
