import type { ServiceDetail } from "../../api/words";
import { words } from "../../words/words";

/** Where a service is found at one of its domains: at the port of its own address. */
export function addressAt({ address }: Pick<ServiceDetail, "address">, domain: string): string {
  const there = new URL(address);
  there.hostname = domain;
  return there.href.replace(/\/$/, "");
}

export const say = words({
  lead: [
    "People find this service by these names. It goes by the main one, in its links for example; the others lead there too.",
    "On trouve ce service par ces noms. Il se présente sous le principal, dans ses liens par exemple ; les autres y mènent aussi.",
  ],
  list: ["Its domains", "Ses domaines"],
  main: ["Main one", "Principal"],
  certificate: ["Certificate:", "Certificat :"],
  certificateSoon: ["not known yet", "pas encore connu"],
  only: [
    "It is the only one: without it, nobody would find this service.",
    "C’est le seul : sans lui, personne ne trouverait ce service.",
  ],
  makeMain: ["Make it the main one", "En faire le principal"],
  makeMainAsk: [
    (name: string, domain: string) => `Make ${domain} the main domain of ${name}?`,
    (name: string, domain: string) => `Faire de ${domain} le domaine principal de ${name} ?`,
  ],
  makeMainSays: [
    (domain: string, before: string) =>
      `The service goes by ${domain} from then on. ${before} goes on leading there, until you remove it.`,
    (domain: string, before: string) =>
      `Le service se présentera sous ${domain}. ${before} continuera d’y mener, tant que vous ne le retirez pas.`,
  ],
  tells: [
    "A service that keeps its own address in its settings is told by the box: it is closed for some seconds meanwhile, and must answer at the new address. If it does not, all stays as it was.",
    "Un service qui note sa propre adresse dans ses réglages en est informé par la boîte : il est fermé quelques secondes, puis doit répondre à la nouvelle adresse. S’il ne répond pas, tout reste comme avant.",
  ],
  remove: ["Remove", "Retirer"],
  removeAsk: [(domain: string) => `Remove ${domain}?`, (domain: string) => `Retirer ${domain} ?`],
  removeSays: [
    "Links and bookmarks to it lead nowhere from then on, and its certificate is forgotten.",
    "Les liens et les favoris qui y pointent ne mèneront plus nulle part, et son certificat sera oublié.",
  ],
  removeThen: [
    (left: string) => `Telephones and programs that were set up with it must be given ${left}.`,
    (left: string) =>
      `Les téléphones et les logiciels réglés avec ce nom devront recevoir ${left}.`,
  ],
  removeMain: [
    (next: string) => `It is the main one: ${next} takes its place.`,
    (next: string) => `C’est le principal : ${next} prend sa place.`,
  ],
  another: ["Another domain", "Un autre domaine"],
  domain: ["Domain name", "Nom de domaine"],
  domainHelp: [
    "Without https://, such as pad.example.org. It has to lead to this box, by your DNS; that can be done before or after.",
    "Sans https://, par exemple pad.exemple.org. Votre DNS doit le faire mener à cette boîte ; avant ou après, comme vous voulez.",
  ],
  domainWrong: [
    "Write a host name such as pad.example.org.",
    "Écrivez un nom d’hôte comme pad.exemple.org.",
  ],
  asMain: ["Make it the main one at once", "En faire tout de suite le principal"],
  addSays: [
    (main: string) => `${main} stays the main one, and nothing else changes.`,
    (main: string) => `${main} reste le principal, et rien d’autre ne change.`,
  ],
  add: ["Add it", "L’ajouter"],
});
