import { words } from "../../words/words";

export const say = words({
  title: [(name: string) => `Install ${name}`, (name: string) => `Installer ${name}`],
  back: [(name: string) => `About ${name}`, (name: string) => `À propos de ${name}`],
  lead: [
    "What you answer here can be changed later, unless it says otherwise.",
    "Ce que vous répondez ici pourra changer plus tard, sauf mention contraire.",
  ],
  asBefore: [
    "It is filled in as it was when the installation failed. Passwords are to be typed again.",
    "Tout est rempli comme lors de l’installation qui a échoué. Les mots de passe sont à retaper.",
  ],
  where: ["Where people will find it", "Où on le trouvera"],
  name: ["Name on this box", "Nom sur cette boîte"],
  nameHelp: [
    "Small letters, digits and hyphens. It is how you and the box call it.",
    "Minuscules, chiffres et tirets. C’est ainsi que vous et la boîte l’appellerez.",
  ],
  nameWrong: [
    "Only small letters, digits and hyphens, beginning with a letter.",
    "Seulement des minuscules, des chiffres et des tirets, en commençant par une lettre.",
  ],
  nameTaken: ["Another service has this name already.", "Un autre service porte déjà ce nom."],
  domain: ["Address", "Adresse"],
  domainOwn: [
    (domain: string) => `The box’s own: ${domain}`,
    (domain: string) => `Celle de la boîte : ${domain}`,
  ],
  domainOther: ["A domain name of yours", "Un nom de domaine à vous"],
  domainLabel: ["Domain name", "Nom de domaine"],
  domainHelp: [
    "Without https://, such as pad.example.org. It has to lead to this box; that can be done later.",
    "Sans https://, par exemple pad.exemple.org. Il doit mener à cette boîte ; cela peut se faire plus tard.",
  ],
  domainWrong: [
    "Write a host name such as pad.example.org.",
    "Écrivez un nom d’hôte comme pad.exemple.org.",
  ],
  questions: ["Its settings", "Ses réglages"],
  release: ["Release", "Version"],
  releaseNewest: [
    (version: string) => `${version} (newest)`,
    (version: string) => `${version} (la plus récente)`,
  ],
  onlyNow: ["This cannot be changed later.", "Ceci ne pourra plus être changé."],
  older: ["Another release than the newest", "Une autre version que la plus récente"],
  install: ["Install", "Installer"],
  mend: ["Something above is still to be mended.", "Il reste quelque chose à corriger plus haut."],
});
