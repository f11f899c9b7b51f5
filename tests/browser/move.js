// One move of one service, by its page: `move.js LANGUAGE SERVICE WHAT RELEASE`,
// where WHAT is update or rollback. Prints what the page said of it.
import { rollBack, update } from "./moves.js";
import { comeIn, visit } from "./visitor.js";
import { said } from "./words.js";

const [language, service, what, release] = process.argv.slice(2);
const say = said(language);

await visit(
  async (page) => {
    await comeIn(page, say);
    const move = what === "update" ? update : rollBack;
    console.log(await move(page, say, service, release));
  },
  { language },
);
