import { words } from "../words/words";

export const say = words({
  toContent: ["Skip to the content", "Aller au contenu"],
  rooms: ["Rooms of the panel", "Pièces du panneau"],
  toHome: ["Panier, home", "Panier, accueil"],
  home: ["Home", "Accueil"],
  catalogue: ["Catalogue", "Catalogue"],
  backups: ["Backups", "Sauvegardes"],
  jobs: ["Jobs", "Tâches"],
  box: ["The box", "La boîte"],
  trash: ["Trash", "Corbeille"],
  trust: ["Trust this box’s certificate", "Faire confiance au certificat de la boîte"],
  signOut: ["Sign out", "Se déconnecter"],
  language: ["Language", "Langue"],
  theme: ["Theme", "Thème"],
  device: ["As the device", "Comme l’appareil"],
  light: ["Light", "Clair"],
  dark: ["Dark", "Sombre"],
  away: [
    "The box does not answer. It may be starting again: this page tries by itself.",
    "La boîte ne répond pas. Elle redémarre peut-être : cette page réessaie d’elle-même.",
  ],
  atWork: [
    (subject: string, what: string) => `${subject}: ${what}`,
    (subject: string, what: string) => `${subject} : ${what}`,
  ],
  underWay: ["Work under way", "Travail en cours"],
  more: [(others: number) => `and ${others} more`, (others: number) => `et ${others} de plus`],
  nowhere: ["There is nothing here", "Il n’y a rien ici"],
  nowhereLead: [
    "This address leads to no page of the panel.",
    "Cette adresse ne mène à aucune page du panneau.",
  ],
  toServices: ["To the services", "Vers les services"],
  outdated: [
    "The panel was updated while this page was open.",
    "Le panneau a été mis à jour pendant que cette page était ouverte.",
  ],
  reload: ["Load it again", "La recharger"],
});
