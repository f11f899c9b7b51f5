// From the first-run code to a second service, by the keyboard alone.
import assert from "node:assert/strict";
import { go, password, visit } from "./visitor.js";
import { said } from "./words.js";

const say = said("en");
/** More than any page has to be walked through. */
const MOST_TABS = 80;

await visit(async (page) => {
  const at = (place) => place.evaluate((it) => it === document.activeElement).catch(() => false);
  const tabTo = async (place) => {
    await place.waitFor();
    for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
      if (await at(place)) return assert.ok(await shows(page), "one sees where one is");
      await page.keyboard.press("Tab");
    }
    assert.fail(`no Tab leads to ${place}`);
  };
  const write = async (place, text) => {
    await tabTo(place);
    await page.keyboard.type(text);
  };
  const press = async (place, key = "Enter") => {
    await tabTo(place);
    await page.keyboard.press(key);
  };

  await go(page, "/");
  await write(page.getByLabel(say.code), process.env.PANIER_CODE);
  await write(page.getByLabel(say.newPassword, { exact: true }), password);
  await write(page.getByLabel(say.again, { exact: true }), password);
  await page.keyboard.press("Enter");
  const rooms = page.getByRole("navigation", { name: say.rooms });
  await press(rooms.getByRole("link", { name: say.catalogue }));
  await press(page.getByRole("link", { name: "Tiny", exact: true }));
  await press(page.getByRole("link", { name: say.install, exact: true }));
  await press(page.getByRole("button", { name: say.install, exact: true }));
  await page.getByRole("status").getByText(say.done).waitFor({ timeout: 120_000 });
  await press(page.getByRole("link", { name: say.toService, exact: true }));
  await page.getByText(say.works, { exact: true }).first().waitFor();
  await press(page.getByRole("button", { name: say.signOut }));
  await write(page.getByLabel(say.password, { exact: true }), password);
  await page.keyboard.press("Enter");
  await rooms.waitFor();
});
console.log("a second service, by the keyboard alone");

/** Whether what has the focus is drawn so that one sees it. */
function shows(page) {
  return page.evaluate(() => {
    const drawn = (it) => {
      const style = getComputedStyle(it);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    };
    // A card draws its link's focus around itself.
    for (let it = document.activeElement; it; it = it.parentElement) if (drawn(it)) return true;
    return false;
  });
}
