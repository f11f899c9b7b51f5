// A service's domains: what is refused and where that is said; another one by
// clicks in French; made the main one, and the old one taken away, by the
// keyboard in English; a change that does not work, said in both.
import assert from "node:assert/strict";
import { does, walked } from "./dialogs.js";
import { addressOf, comeIn, go, read, speak, visit } from "./visitor.js";
import { said } from "./words.js";

const LONG = 120_000;
const OWN = "panier.localhost";
const [first, second, never] = [`tiny.${OWN}`, `pad.${OWN}`, `never.${OWN}`];
const [english, french] = [said("en"), said("fr")];

await visit(
  async (page, context) => {
    await comeIn(page, french);
    const before = await addressOf(page, french, "tiny");
    await go(page, "/services/tiny/domains");
    await row(page, french, first).getByText(french.mainOne, { exact: true }).waitFor();
    await row(page, french, first).getByText(french.onlyOne).waitFor();
    await refusals(page, french);
    await added(page, context, french, before);
    await speak(page, "en");
    await madeMain(page, context, english, before);
    await takenAway(page, english);
    await failing(page, context, before);
  },
  { language: "fr" },
);
console.log("domains that come, go and change places");

function row(page, say, domain) {
  const rows = page.getByRole("region", { name: say.domains }).getByRole("listitem");
  return rows.filter({ has: page.getByRole("link", { name: domain, exact: true }) });
}

/** Each stands at the field where the domain was typed. */
async function refusals(page, say) {
  const field = page.getByLabel(say.domain, { exact: true });
  for (const [domain, told] of [
    ["pas un domaine", say.notDomain],
    [OWN, say.ofTheBox],
    [`other.${OWN}`, say.takenDomain],
  ]) {
    await field.fill(domain);
    await page.getByRole("button", { name: say.addDomain }).click();
    await page.getByText(told).waitFor();
    const described = await field.getAttribute("aria-describedby");
    assert.match(await page.locator(`[id="${described}"]`).innerText(), told);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok(await field.evaluate((it) => it === document.activeElement), "one can mend it");
  }
}

async function added(page, context, say, before) {
  await page.getByLabel(say.domain, { exact: true }).fill(second);
  await page.getByRole("button", { name: say.addDomain }).click();
  await done(page, say);
  await row(page, say, second).getByText(say.inOrder, { exact: true }).waitFor();
  await row(page, say, first).getByText(say.mainOne, { exact: true }).waitFor();
  const there = before.replace(first, second);
  assert.equal(await read(context, `${there}/data`), await read(context, `${before}/data`));
}

/** By the keyboard alone; what it means is said before. */
async function madeMain(page, context, say, before) {
  const button = row(page, say, second).getByRole("button", { name: say.makeMain });
  const dialog = await walked(page, button);
  await dialog.getByText(say.goesOn).waitFor();
  await does(page, dialog, say.makesMain);
  await row(page, say, second).getByText(say.mainOne, { exact: true }).waitFor({ timeout: LONG });
  const address = await addressOf(page, say, "tiny");
  assert.equal(address, before.replace(first, second));
  // The service itself was told, and is found at both.
  for (const there of [address, before]) {
    assert.equal(JSON.parse(await read(context, `${there}/env`)).ADDRESS, address);
  }
}

async function takenAway(page, say) {
  await go(page, "/services/tiny/domains");
  const button = row(page, say, first).getByRole("button", { name: say.removeOne });
  const dialog = await walked(page, button);
  await dialog.getByText(say.leadNowhere).waitFor();
  await dialog.getByText(second, { exact: false }).last().waitFor();
  await does(page, dialog, say.removes);
  await row(page, say, first).waitFor({ state: "detached", timeout: LONG });
  await row(page, say, second).getByText(say.onlyOne).waitFor();
}

/** The service does not take it: all is as it was, and that is said. */
async function failing(page, context, before) {
  // The change before may be at its last step, and Tab passes a button that does nothing yet.
  await page.getByRole("button", { name: english.addDomain }).click({ trial: true });
  const field = page.getByLabel(english.domain, { exact: true });
  await field.focus();
  await page.keyboard.type(never);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.getByText(english.goesOn).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: english.domainFailed }).waitFor({ timeout: LONG });
  await speak(page, "fr");
  await page.getByRole("heading", { name: french.domainFailed }).waitFor();
  await row(page, french, second).getByText(french.mainOne, { exact: true }).waitFor();
  assert.equal(await row(page, french, never).count(), 0);
  const address = before.replace(first, second);
  assert.equal(JSON.parse(await read(context, `${address}/env`)).ADDRESS, address);
}

async function done(page, say) {
  await page.getByRole("status").getByText(say.done).waitFor({ timeout: LONG });
}
