// Dialogs by the keyboard: what has the focus stays within, Escape closes, and
// one is where one was.
import assert from "node:assert/strict";

/** More than any dialog has places. */
const MOST_TABS = 12;

/** Opens a dialog by its button, with the keyboard alone. */
export async function opened(page, button) {
  // Once it may be pressed.
  await button.click({ trial: true });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

/** Walks once around a dialog, and leaves it open. */
export async function walked(page, button) {
  const dialog = await opened(page, button);
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await within(page), "the focus stays in the dialog");
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" }).catch(() => dialog.waitFor({ state: "hidden" }));
  const back = await button.evaluate((it) => it === document.activeElement);
  assert.ok(back, "the focus is where it was");
  return opened(page, button);
}

/** Presses a dialog's own button, which is the last that Tab comes to. */
export async function does(page, dialog, name) {
  const button = dialog.getByRole("button", { name, exact: true });
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await button.evaluate((it) => it === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
}

// Behind the last of a dialog's places comes the browser's own bar, where the
// page's body has the focus; nothing else of the page ever has it.
function within(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at === document.body || Boolean(at?.closest("dialog[open]"));
  });
}
