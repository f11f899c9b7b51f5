// What goes away under a page: the line, while the panel's own files come; the
// daemon, killed in the middle of an installation; and a disk that copies are
// kept on. It is said, in both languages, and the page comes back by itself: one
// that is open is never loaded again.
import assert from "node:assert/strict";
import { comeIn, go, help, speak, visit } from "./visitor.js";
import { said } from "./words.js";

const LONG = 180_000;
const [english, french] = [said("en"), said("fr")];

await visit(
  async (page) => {
    await line(page);
    await comeIn(page, english);
    await installation(page);
    await disk(page);
  },
  { language: "en" },
);
console.log("what went away was said, and what came back was seen");

/** The page comes, and nothing that it names, three times over: then all is there. */
async function line(page) {
  let loads = 0;
  page.on("framenavigated", () => (loads += 1));
  const cut = async (route) => {
    if (loads <= 3) await route.abort("connectionreset");
    else await route.fallback();
  };
  await page.route("**/assets/**", cut);
  await go(page, "/");
  await page.getByRole("heading", { name: english.welcome }).waitFor();
  assert.equal(loads, 4);
  await page.unroute("**/assets/**", cut);
}

/** A job goes on where it was, and so does the page that shows it. */
async function installation(page) {
  await go(page, "/catalogue/tiny/install");
  await page.getByLabel(english.slowly).fill("8000");
  await page.getByRole("button", { name: english.install, exact: true }).click();
  await page.waitForURL(/\/jobs\/\d+$/);
  // The step in which it waits for the service has begun.
  await page.locator(".begun", { hasText: english.checking }).waitFor({ timeout: LONG });
  await page.evaluate(() => (window.sameAsBefore = true));
  await killed(page);
  await page.getByRole("status").getByText(english.done).waitFor({ timeout: LONG });
  assert.ok(await page.evaluate(() => window.sameAsBefore), "it was not loaded again");
  await page.getByRole("link", { name: "To the page of tiny" }).click();
  await page.getByText(english.works, { exact: true }).first().waitFor();
}

async function killed(page) {
  await help("kill");
  await page.getByText(english.away).waitFor();
  await speak(page, "fr");
  await page.getByText(french.away).waitFor();
  await speak(page, "en");
  await help("start");
  await page.getByText(english.away).waitFor({ state: "detached" });
}

/** A disk that is pulled out while the page shows it. */
async function disk(page) {
  await go(page, "/backups");
  const card = page.getByRole("listitem").filter({ hasText: "blue" });
  await card.getByText(english.readyPlace, { exact: true }).waitFor();
  await help("pull");
  // Somebody comes back to the page: it looks again at once.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await card.getByText(english.awayPlace, { exact: true }).waitFor();
  await speak(page, "fr");
  await card.getByText(french.awayPlace, { exact: true }).waitFor();
}
