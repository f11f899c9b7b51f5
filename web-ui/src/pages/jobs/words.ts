import { words } from "../../words/words";

export const say = words({
  title: ["Jobs", "Tâches"],
  lead: [
    "What the box does and did, the newest first. A job goes on when this page is closed, and after a power cut.",
    "Ce que la boîte fait et a fait, le plus récent d’abord. Une tâche continue quand on ferme cette page, et après une coupure de courant.",
  ],
  none: ["Nothing has been done yet.", "Rien n’a encore été fait."],
  job: ["Job", "Tâche"],
  about: ["About", "Sujet"],
  state: ["State", "État"],
  begun: ["Asked for", "Demandée"],
  took: ["Took", "Durée"],
  more: ["Show more", "En montrer plus"],
  titleOf: [
    (subject: string, label: string) => `${subject}: ${label}`,
    (subject: string, label: string) => `${subject} : ${label}`,
  ],
  leave: [
    "You can leave this page: the work goes on, and is found again here or below the services.",
    "Vous pouvez quitter cette page : le travail continue, et se retrouve ici ou sous les services.",
  ],
  done: ["Done.", "C’est fait."],
  doneIn: [(time: string) => `Done in ${time}.`, (time: string) => `C’est fait, en ${time}.`],
  open: [(name: string) => `Open ${name}`, (name: string) => `Ouvrir ${name}`],
  toService: [
    (name: string) => `To the page of ${name}`,
    (name: string) => `Vers la page de ${name}`,
  ],
  takenBack: [
    "What it had begun was taken back: nothing is left over.",
    "Ce qu’elle avait commencé a été défait : il n’en reste rien.",
  ],
  toForm: ["Back to the form, as you filled it in", "Retour au formulaire déjà rempli"],
  again: ["Back to the catalogue", "Retour au catalogue"],
});
