// How one page or dialog looks to everybody: what axe finds in it, whether it is
// wider than the screen, and a picture for people to look at. Each language is
// seen in each theme, and each theme at each width, without all times all.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { speak } from "./visitor.js";

/** Where pictures go, if somebody wants them. */
const pictures = process.env.PANIER_SCREENSHOTS;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
if (pictures) await mkdir(pictures, { recursive: true });

const NARROWEST = 320;
const SEEN = {
  fr: [
    { theme: "light", width: 360, axe: true },
    { theme: "dark", width: 1440, axe: true },
    { theme: "light", width: 768 },
  ],
  en: [
    { theme: "light", width: 1440, axe: true },
    { theme: "dark", width: 360, axe: true },
    { theme: "dark", width: 768 },
  ],
};

/** What was found so far, a line each. */
export const found = [];

/** Looks at a page as it is, or at what `open` opens in it, in both languages. */
export async function look(page, name, { language = speak, open } = {}) {
  for (const spoken of ["fr", "en"]) {
    await language(page, spoken);
    await open?.(spoken);
    for (const seen of SEEN[spoken]) {
      await page.emulateMedia({ colorScheme: seen.theme });
      await page.setViewportSize({ width: seen.width, height: 900 });
      const where = `${name}-${spoken}-${seen.theme}-${seen.width}`;
      if (seen.axe) await check(page, where);
      await wide(page, where, seen.width);
      const path = `${pictures}/${where}.png`;
      if (pictures) await page.screenshot({ path, fullPage: !open });
    }
    await page.setViewportSize({ width: NARROWEST, height: 900 });
    await wide(page, `${name}-${spoken}`, NARROWEST);
    if (open) await page.keyboard.press("Escape");
  }
}

async function wide(page, where, width) {
  const wide = await page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    return Math.max(
      document.documentElement.scrollWidth,
      // What a dialog holds may be wider than the dialog.
      dialog ? window.innerWidth + dialog.scrollWidth - dialog.clientWidth : 0,
    );
  });
  if (wide > width) found.push(`${where} is ${wide} wide at ${width}`);
}

async function check(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document.querySelector("dialog[open]") ?? document, {
      resultTypes: ["violations"],
    }),
  );
  for (const { id, help, nodes } of violations) {
    const places = nodes.map(({ target }) => target.join(" ")).slice(0, 4);
    found.push(`${where}: ${id}: ${help}: ${places.join(", ")}`);
  }
}
