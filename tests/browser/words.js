// What the walks look for, as a person reads it.
const words = {
  welcome: ["Welcome to your basket", "Bienvenue dans votre panier"],
  code: ["Code from the terminal", "Code affiché dans le terminal"],
  newPassword: ["New password", "Nouveau mot de passe"],
  again: ["The same once more", "Le même encore une fois"],
  begin: ["Open the panel", "Ouvrir le panneau"],
  password: ["Password", "Mot de passe"],
  signIn: ["Sign in", "Se connecter"],
  signOut: ["Sign out", "Se déconnecter"],
  notThePassword: ["This is not the password.", "Ce n’est pas le bon mot de passe."],
  rooms: ["Rooms of the panel", "Pièces du panneau"],
  home: ["Home", "Accueil"],
  catalogue: ["Catalogue", "Catalogue"],
  search: ["What are you looking for?", "Que cherchez-vous ?"],
  install: ["Install", "Installer"],
  underWay: ["Work under way", "Travail en cours"],
  done: [/^Done(\.| in )/, /^C’est fait/],
  slowly: ["Milliseconds before it serves", "Millisecondes avant de servir"],
  toService: [/^To the page of tiny-\d+$/, /^Vers la page de tiny-\d+$/],
  works: ["Works", "Fonctionne"],
  open: ["Open", "Ouvrir"],
  services: ["Services", "Services"],
};

export const said = (language) =>
  Object.fromEntries(
    Object.entries(words).map(([key, [english, french]]) => [
      key,
      flexible(language === "fr" ? french : english),
    ]),
  );

// French sets a no-break space before its tall signs, which is no other word.
const flexible = (text) =>
  text instanceof RegExp || !/ [:;!?»]/.test(text)
    ? text
    : new RegExp(`^${text.replace(/[.?]/g, "\\$&").replace(/ /g, "\\s")}$`);
