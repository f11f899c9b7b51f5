import { words } from "../../words/words";

export const say = words({
  welcome: ["Welcome to your basket", "Bienvenue dans votre panier"],
  welcomeLead: [
    "This box is yours from now on. Show that you are at its terminal, and choose the password that opens this panel.",
    "Cette boîte est désormais la vôtre. Montrez que vous êtes devant son terminal, et choisissez le mot de passe qui ouvrira ce panneau.",
  ],
  code: ["Code from the terminal", "Code affiché dans le terminal"],
  codeHelp: [
    "On the box itself, as root, this shows it:",
    "Sur la boîte elle-même, en root, ceci l’affiche :",
  ],
  password: ["Password", "Mot de passe"],
  newPassword: ["New password", "Nouveau mot de passe"],
  passwordHelp: [
    "At least 10 signs. Four or five words in a row are easy to keep and hard to guess.",
    "Au moins 10 signes. Quatre ou cinq mots à la suite se retiennent bien et se devinent mal.",
  ],
  again: ["The same once more", "Le même encore une fois"],
  show: ["Show what I type", "Afficher ce que je tape"],
  differ: ["The two are not the same.", "Les deux ne sont pas identiques."],
  short: ["Make it at least 10 signs long.", "Il en faut au moins 10 signes."],
  begin: ["Open the panel", "Ouvrir le panneau"],
  hello: [(box: string) => `Hello, this is ${box}`, (box: string) => `Bonjour, ici ${box}`],
  lead: [
    "Sign in to look after the services of this box.",
    "Connectez-vous pour prendre soin des services de cette boîte.",
  ],
  signIn: ["Sign in", "Se connecter"],
  forgotten: ["Forgotten your password?", "Mot de passe oublié ?"],
  forgottenHelp: [
    "Nothing is lost. On the box itself, as root, this gives a new code, and you choose another password:",
    "Rien n’est perdu. Sur la boîte elle-même, en root, ceci donne un nouveau code, et vous choisirez un autre mot de passe :",
  ],
});
