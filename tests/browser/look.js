// How one page or dialog looks to everybody: what axe finds in it, whether it is
// wider than the screen, and a picture for people to look at. Where pictures
// are wanted, each language is seen in each theme at each width. Else half of
// these are, in turns: each page in each language, each theme at each width.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { speak } from "./visitor.js";

/** Where pictures go, if somebody wants them. */
const pictures = process.env.PANIER_SCREENSHOTS;
const rules = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
if (pictures) await mkdir(pictures, { recursive: true });

const NARROWEST = 320;
const BETWEEN = 768;
const WIDTHS = [360, 1440];
const THEMES = ["light", "dark"];

/** How many pages were looked at, for whose turn it is. */
let looked = 0;

function* seen(language) {
  const turn = looked + (language === "fr" ? 0 : 1);
  for (const [number, theme] of THEMES.entries()) {
    for (const [other, width] of WIDTHS.entries()) {
      if (pictures || (turn + number + other) % 2 === 0) yield { theme, width, axe: true };
    }
  }
  for (const theme of THEMES) if (pictures) yield { theme, width: BETWEEN };
}

/** What was found so far, a line each. */
export const found = [];

/** Looks at a page as it is, or at what `open` opens in it, in both languages. */
export async function look(page, name, { language = speak, open } = {}) {
  for (const spoken of ["fr", "en"]) {
    await language(page, spoken);
    await open?.(spoken);
    for (const { theme, width, axe } of seen(spoken)) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      const where = `${name}-${spoken}-${theme}-${width}`;
      if (axe) await check(page, where);
      await wide(page, where, width);
      const path = `${pictures}/${where}.png`;
      if (pictures) await page.screenshot({ path, fullPage: !open });
    }
    await page.setViewportSize({ width: NARROWEST, height: 900 });
    await wide(page, `${name}-${spoken}`, NARROWEST);
    if (open) await page.keyboard.press("Escape");
  }
  looked += 1;
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
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(rules);
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
