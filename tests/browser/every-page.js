// Every page of the panel: what axe finds, in both themes and at two widths;
// what the first load weighs; and a picture of each, for people to look at.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { comeIn, go, scales, visit } from "./visitor.js";
import { said } from "./words.js";

const MOST_BYTES = 60_000;
const WIDTHS = [360, 768, 1440];
const AXE_WIDTHS = [360, 1440];
const pictures = process.env.PANIER_SCREENSHOTS;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PAGES = [
  "/",
  "/catalogue",
  "/catalogue/tiny",
  "/catalogue/tiny/install",
  "/services/tiny",
  "/services/tiny/settings",
  "/services/tiny/snapshots",
  "/services/tiny/logs",
  "/services/tiny/inside",
  "/backups",
  "/jobs",
  "/jobs/1",
  "/trash",
  "/box",
  "/nowhere",
];

const found = [];

await mkdir(pictures, { recursive: true });
await visit(
  async (page) => {
    const say = said("fr");
    const weigh = await scales(page);
    await go(page, "/");
    await page.getByRole("heading", { name: say.welcome }).waitFor();
    const entry = weigh();
    console.log(`${entry} bytes at first load of the entry, as they travelled`);
    await look(page, "first-run");
    await comeIn(page, say);
    await page.getByRole("link", { name: "tiny", exact: true }).first().waitFor();
    console.log(`${weigh()} bytes when Home is shown, as they travelled`);
    assert.ok(weigh() < MOST_BYTES, `${weigh()} bytes at first load, of ${MOST_BYTES}`);

    for (const path of PAGES) {
      await go(page, path);
      await settled(page);
      await look(page, path === "/" ? "home" : path.slice(1).replaceAll("/", "-"));
    }
    await go(page, "/trust");
    await look(page, "trust");
    await go(page, "/");
    await page.getByRole("button", { name: say.signOut }).click();
    await page.getByLabel(say.password, { exact: true }).waitFor();
    await look(page, "sign-in");
    assert.deepEqual(found, [], "found by axe, or wider than the page");
  },
  { language: "fr" },
);
console.log(`pictures in ${pictures}`);

/** Nothing is being fetched or waited for any more. */
async function settled(page) {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  // What is drawn after the last answer is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
}

async function look(page, name) {
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of AXE_WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await check(page, `${name}, ${theme}, ${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const language of ["fr", "en"]) {
    await speak(page, language);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) found.push(`${name} is ${wide} wide at ${width} (${language})`);
      const path = `${pictures}/${name}-${language}-${width}.png`;
      await page.screenshot({ path, fullPage: true });
    }
  }
  await speak(page, "fr");
}

/** Has the page in a language, by its own switch. */
async function speak(page, language) {
  const name = language === "fr" ? "Français" : "English";
  const button = page.getByRole("button", { name, exact: true });
  if (await button.count()) await button.click();
  else if (page.url().includes("/trust")) await go(page, `/trust?lang=${language}`);
}

async function check(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ["violations"] }),
  );
  for (const { id, help, nodes } of violations) {
    const places = nodes.map(({ target }) => target.join(" ")).slice(0, 4);
    found.push(`${where}: ${id}: ${help}: ${places.join(", ")}`);
  }
}
