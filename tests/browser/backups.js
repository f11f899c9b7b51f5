// Backups by clicks and keys: a place for copies, a snapshot seen in it, a
// rehearsal, a restore in place and one beside, the recovery kit; then a
// removal, the trash, and what is deleted for good.
import assert from "node:assert/strict";
import { does, opened, walked } from "./dialogs.js";
import { addressOf, comeIn, go, read, speak, visit, write } from "./visitor.js";
import { said } from "./words.js";

const LONG = 180_000;
const disk = process.argv[2];
const [say, french] = [said("en"), said("fr")];

await visit(
  async (page, context) => {
    await comeIn(page, say);
    // Nothing outlives this disk: all is not well.
    await page.getByRole("link", { name: "tiny", exact: true }).first().waitFor();
    assert.equal(await page.getByText(say.allIsWell, { exact: true }).count(), 0);
    await place(page);
    await snapshot(page);
    await rehearsal(page);
    await restores(page, context);
    await kit(page);
    await removal(page);
  },
  { language: "en" },
);
console.log("kept, proven and brought back, by clicks");

/** A place for copies, added by the keyboard. */
async function place(page) {
  await go(page, "/backups");
  await page.getByRole("heading", { name: say.nothingOutside }).waitFor();
  const dialog = await walked(page, page.getByRole("button", { name: say.addPlace }));
  await dialog.getByLabel(say.otherFolder).check();
  await dialog.getByLabel(say.folder).fill(disk);
  await dialog.getByLabel(say.callIt).fill("blue");
  await does(page, dialog, say.add);
  const card = page.getByRole("listitem").filter({ hasText: disk });
  await card.getByText(say.readyPlace, { exact: true }).waitFor();
  await card.getByRole("button", { name: say.check }).click();
  await done(page);
}

async function snapshot(page) {
  await go(page, "/services/tiny/snapshots");
  await page.getByRole("button", { name: say.takeSnapshot, exact: true }).click();
  await done(page);
  const kept = page.getByRole("listitem").filter({ hasText: /lines\s1/ }).first();
  await kept.getByText(/on this box, on blue/).waitFor();
  await speak(page, "fr");
  await page.getByText(/sur cette boîte, sur blue/).first().waitFor();
  assert.doesNotMatch(await page.getByRole("main").innerText(), /instantané/i);
  await speak(page, "en");
}

async function rehearsal(page) {
  await page.getByText(say.neverRehearsed).waitFor();
  await page.getByText(say.notRehearsed, { exact: true }).waitFor();
  await page.getByRole("button", { name: say.rehearse, exact: true }).click();
  await page.getByText(say.restores, { exact: true }).waitFor({ timeout: LONG });
  // By key: the job's own card goes about now, and would move it from under the mouse.
  await page.getByText(say.compared).press("Enter");
  const same = page.getByRole("row", { name: /^lines/ }).getByText(say.same, { exact: true });
  await same.waitFor();
  // What was opened stays open when the page looks again.
  const looked = page.waitForResponse(/\/rehearsals$/);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await (await looked).finished();
  await page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 500)));
  assert.ok(await same.isVisible());
  // Told of the snapshot too, with its time.
  const kept = page.getByRole("listitem").filter({ hasText: say.provenOne });
  await kept.getByText(/now|ago/).last().waitFor();
}

async function restores(page, context) {
  const tiny = await addressOf(page, say, "tiny");
  await write(context, tiny, "deux");
  await go(page, "/services/tiny/snapshots");
  const restore = page.getByRole("button", { name: say.restore }).first();
  const dialog = await walked(page, restore);
  await dialog.getByRole("radio", { name: say.inPlace }).check();
  await does(page, dialog, say.restoreNow);
  await page.waitForURL(/\/jobs\/\d+$/);
  await done(page);
  assert.equal(await read(context, `${tiny}/data`), "un\n");

  // What was there before is a snapshot too.
  await go(page, "/services/tiny/snapshots");
  await page.getByText(say.beforeRestore).waitFor();
  const beside = await opened(page, page.getByRole("button", { name: say.restore }).first());
  await does(page, beside, say.restoreNow);
  await page.waitForURL(/\/jobs\/\d+$/);
  await done(page);
  const copy = await addressOf(page, say, "tiny-copy");
  assert.equal(await read(context, `${copy}/data`), "un\ndeux\n");
  assert.equal(await read(context, `${tiny}/data`), "un\n");
}

async function kit(page) {
  await go(page, "/backups");
  await page.getByRole("button", { name: say.makeKit }).click();
  await page.getByText(say.kitTried).waitFor();
  const text = await page.getByRole("group", { name: say.kit }).innerText();
  assert.ok(text.includes("restic") && text.includes(disk), text);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: say.keepKit }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "panier-recovery-kit.html");
  await go(page, "/backups");
  assert.equal(await page.getByText("restic").count(), 0, "the key is shown once");
  assert.equal(await page.getByRole("heading", { name: say.nothingOutside }).count(), 0);
}

async function removal(page) {
  await go(page, "/services/tiny-copy");
  const dialog = await walked(page, page.getByRole("button", { name: say.toTrash }));
  await does(page, dialog, say.toTrash);
  await page.waitForURL(/\/jobs\/\d+$/);
  await done(page);
  await go(page, "/trash");
  await does(page, await opened(page, page.getByRole("button", { name: /^Bring back/ })), say.back);
  await page.waitForURL(/\/jobs\/\d+$/);
  await done(page);
  await go(page, "/services/tiny-copy");
  const purge = await walked(page, page.getByRole("button", { name: say.forGood, exact: true }));
  assert.ok(await purge.getByRole("button", { name: say.forGood }).isDisabled());
  await purge.getByLabel(say.typeIt("tiny-copy")).fill("tiny-copy");
  await does(page, purge, say.forGood);
  await page.waitForURL(/\/jobs\/\d+$/);
  await done(page);
  await go(page, "/trash");
  await page.getByText(say.emptyTrash).waitFor();
  await go(page, "/services/tiny-copy");
  await page.getByText("There is no service named tiny-copy.").waitFor();
  await page.getByRole("link", { name: say.seeServices, exact: true }).waitFor();
  await speak(page, "fr");
  await page.getByRole("link", { name: french.seeServices, exact: true }).click();
  await page.getByRole("link", { name: "tiny", exact: true }).first().waitFor();
}

async function done(page) {
  await page.getByRole("status").getByText(say.done).waitFor({ timeout: LONG });
}
