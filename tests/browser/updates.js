// An update and its way back with the content compared; releases that fail, and
// what is said of them; an installation that fails; settings changed.
import assert from "node:assert/strict";
import { rollBack, update } from "./moves.js";
import { addressOf, comeIn, go, read, speak, visit, write } from "./visitor.js";
import { said } from "./words.js";

const LONG = 120_000;
const LINES = "un\ndeux\ntrois\n";
const FAILING = ["broken", "migration"];
const [english, french] = [said("en"), said("fr")];

await visit(
  async (page, context) => {
    const say = french;
    await comeIn(page, say);
    await page.getByRole("link", { name: say.ready("2.0"), exact: true }).first().waitFor();
    const tiny = await addressOf(page, french, "tiny");

    const told = await update(page, say, "tiny", "2.0");
    assert.ok(told.endsWith("La 2.0 tourne ; vos 3 lignes sont là."), told);
    assert.equal(await read(context, `${tiny}/data`), LINES);
    assert.match(await read(context, tiny), /2\.0/);
    await page.getByText("Tiny, version 2.0", { exact: true }).waitFor();

    await write(context, tiny, "quatre");
    const back = await rollBack(page, say, "tiny", "1.0", async (dialog) => {
      const row = dialog.getByRole("row", { name: /^lignes/ });
      assert.deepEqual(await row.getByRole("cell").allInnerTexts(), ["3", "4"]);
    });
    assert.ok(back.endsWith("La 1.0 tourne ; vos 3 lignes sont là."), back);
    assert.equal(await read(context, `${tiny}/data`), LINES);

    for (const name of FAILING) await fails(page, context, name);
    await installFails(page);
    await setting(page, context, tiny);
  },
  { language: "fr" },
);
console.log("updated, taken back, undone and said so");

/** A release that does not work: what was there runs, and the panel says so. */
async function fails(page, context, name) {
  const address = await addressOf(page, french, name);
  const told = await update(page, french, name, "2.0");
  const sentence = "La 2.0 n’a pas répondu. La 1.0 tourne ; vos 3 lignes sont là.";
  assert.ok(told.includes(sentence), told);
  await speak(page, "en");
  const failed = page.getByRole("region", { name: english.didNotSucceed });
  await failed.getByText("2.0 did not answer. 1.0 runs; your 3 lines are there.").waitFor();
  await page.getByText(english.works, { exact: true }).first().waitFor();
  assert.equal(await read(context, `${address}/data`), LINES);
  await failed.getByRole("link", { name: english.whatWasDone }).click();
  await page.waitForURL(/\/jobs\/\d+$/);
  await page.getByText("2.0 did not answer.", { exact: false }).first().waitFor();
  await speak(page, "fr");
  await page.getByText(sentence).first().waitFor();
}

/** What to do is said, and leads there. */
async function installFails(page) {
  await go(page, "/catalogue/tiny/install");
  await page.getByLabel(french.nameHere).fill("carnet");
  await page.getByLabel(french.title).fill("Le nôtre");
  await page.getByLabel(french.misbehaves).fill("start");
  await page.getByRole("button", { name: french.install, exact: true }).click();
  await page.waitForURL(/\/jobs\/\d+$/);
  const alert = page.getByRole("alert");
  await alert.waitFor({ timeout: LONG });
  assert.match(await alert.innerText(), /ne fonctionne pas/);
  await page.getByText(french.nothingIsLeft).waitFor();
  await speak(page, "en");
  assert.match(await alert.innerText(), /does not work/);
  await page.getByText(english.nothingIsLeft).waitFor();
  await page.getByRole("link", { name: english.toCatalogue }).waitFor();
  // One goes on with what was filled in, and not from the beginning.
  await page.getByRole("link", { name: english.toForm }).click();
  await page.getByText(english.asBefore).waitFor();
  await speak(page, "fr");
  await page.getByText(french.asBefore).waitFor();
  const filled = [french.nameHere, french.title, french.misbehaves];
  const typed = filled.map((label) => page.getByLabel(label).inputValue());
  assert.deepEqual(await Promise.all(typed), ["carnet", "Le nôtre", "start"]);
}

async function setting(page, context, address) {
  await go(page, "/services/tiny/settings");
  await page.getByLabel(french.title).fill("Notre carnet");
  await page.getByRole("button", { name: french.change, exact: true }).click();
  await page.getByRole("status").getByText(french.done).waitFor({ timeout: LONG });
  assert.match(await read(context, address), /^Notre carnet 1\.0/);
  assert.equal(await read(context, `${address}/data`), LINES);
}
