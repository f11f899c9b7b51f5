// Every page of the panel and every dialog, in the states that matter: what axe
// finds, in both languages and themes and at two widths; that nothing is wider
// than a small phone; what the first load weighs.
import assert from "node:assert/strict";
import { found, look } from "./look.js";
import { comeIn, go, scales, speak, visit } from "./visitor.js";
import { said } from "./words.js";

const MOST_BYTES = 60_000;
const [failed] = process.argv.slice(2);
const words = { en: said("en"), fr: said("fr") };
const say = words.fr;

const PAGES = [
  "/",
  "/catalogue",
  "/catalogue/tiny",
  "/services/tiny",
  "/services/tiny/settings",
  "/services/tiny/domains",
  "/services/tiny/snapshots",
  "/services/tiny/logs",
  "/services/old",
  "/services/nobody",
  "/backups",
  "/jobs",
  "/jobs/1",
  `/jobs/${failed}`,
  "/trash",
  "/box",
  "/nowhere",
];

/** A page, the button that opens a dialog in it, and how it is called in a picture. */
const DIALOGS = [
  ["/services/tiny", (all) => all.stop],
  ["/services/tiny", (all) => all.updateTo("2.0")],
  ["/services/tiny", (all) => all.toTrash],
  ["/services/tiny", (all) => all.forGood],
  ["/services/old", (all) => all.backTo("1.0")],
  ["/services/tiny/domains", (all) => all.makeMain],
  ["/services/tiny/domains", (all) => all.removeOne],
  ["/services/tiny/snapshots", (all) => all.restore],
  ["/backups", (all) => all.addPlace],
  ["/backups", (all) => all.forget],
  ["/box", (all) => all.authority],
  ["/trash", (all) => all.bringBack],
  ["/trash", (all) => all.forGoodOne],
];

await visit(
  async (page) => {
    const weigh = await scales(page);
    await go(page, "/");
    await page.getByRole("heading", { name: say.welcome }).waitFor();
    const entry = weigh();
    console.log(`${entry} bytes at first load of the entry, as they travelled`);
    await look(page, "first-run");
    await speak(page, "fr");
    await comeIn(page, say);
    await page.getByRole("link", { name: "tiny", exact: true }).first().waitFor();
    console.log(`${weigh()} bytes when Home is shown, as they travelled`);
    assert.ok(weigh() < MOST_BYTES, `${weigh()} bytes at first load, of ${MOST_BYTES}`);

    for (const path of PAGES) {
      await come(page, path);
      await look(page, path === "/" ? "home" : path.slice(1).replaceAll("/", "-"));
    }
    await dialogs(page);
    await states(page);
    await go(page, "/trust");
    const language = (it, spoken) => go(it, `/trust?lang=${spoken}`);
    await look(page, "trust", { language });
    assert.deepEqual(found, [], "found by axe, or wider than the page");
  },
  { language: "fr" },
);

async function dialogs(page) {
  for (const [number, [path, button]] of DIALOGS.entries()) {
    await come(page, path);
    const open = async (spoken) => {
      await page.getByRole("button", { name: button(words[spoken]) }).first().click();
      await page.getByRole("dialog").waitFor();
    };
    await look(page, `dialog-${number}${path.replaceAll("/", "-")}`, { open });
  }
}

/** What a page shows only when it is asked. */
async function states(page) {
  const press = async (name) => {
    await speak(page, "fr");
    await page.getByRole("button", { name }).first().click();
  };
  await come(page, "/services/tiny");
  await press(say.showThem);
  await page.getByRole("button", { name: say.hideThem }).waitFor();
  await look(page, "secrets");
  await come(page, "/services/tiny/inside");
  await press(say.showRecipe);
  await page.getByText("format = 1").waitFor();
  await look(page, "inside");
  await come(page, "/backups");
  await press(say.makeKit);
  // Each place is opened for that, with the key that is printed.
  await page.getByText(say.kitTried).waitFor({ timeout: 180_000 });
  await look(page, "kit");
  await come(page, "/catalogue/tiny/install");
  await speak(page, "fr");
  await page.getByLabel(say.nameHere).fill("Pas un nom");
  await page.getByText(say.ownDomain).click();
  await page.getByRole("button", { name: say.install, exact: true }).click();
  await page.getByText(say.toMend).waitFor();
  await look(page, "install");
  await page.getByRole("button", { name: words.en.signOut }).click();
  const password = page.getByLabel(words.en.password, { exact: true });
  await password.fill("not the password");
  await page.getByRole("button", { name: words.en.signIn }).click();
  await page.getByText(words.en.notThePassword).waitFor();
  await look(page, "sign-in");
  await speak(page, "fr");
  await comeIn(page, say);
}

/** Goes to a page and waits for all that it asks for. */
async function come(page, path) {
  await go(page, path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  // What is drawn after the last answer is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
}
