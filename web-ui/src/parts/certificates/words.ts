import { words } from "../../words/words";

export const say = words({
  own: ["by the box itself", "par la boîte elle-même"],
  other: ["for another name: browsers warn", "pour un autre nom : les navigateurs avertissent"],
  by: [(issuer: string) => `by ${issuer}`, (issuer: string) => `par ${issuer}`],
  publicly: ["a public authority", "une autorité publique"],
  good: ["In order", "En règle"],
  ordering: ["Being asked for", "En cours de demande"],
  waiting: ["Will be tried again", "Sera retenté"],
  missing: ["Missing", "Manquant"],
  until: ["valid until", "valable jusqu’au"],
  renewal: ["renewal", "renouvellement"],
  nextAttempt: ["next try", "prochain essai"],
});
