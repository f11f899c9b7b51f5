// Moves of a service from release to release, as its page offers them; by the
// keyboard once the dialog is open.
import { does, walked } from "./dialogs.js";
import { go } from "./visitor.js";

const LONG = 180_000;

/** Updates a service; gives what its page says at the end, well or not. */
export async function update(page, say, service, release) {
  await go(page, `/services/${service}`);
  const name = say.updateTo(release);
  const dialog = await walked(page, page.getByRole("button", { name, exact: true }).first());
  await does(page, dialog, name);
  return ended(page, say);
}

/** Takes a service back; `seen` looks at what the dialog says of it first. */
export async function rollBack(page, say, service, release, seen = async () => {}) {
  await go(page, `/services/${service}`);
  const name = say.backTo(release);
  const dialog = await walked(page, page.getByRole("button", { name, exact: true }).first());
  await seen(dialog);
  await does(page, dialog, name);
  return ended(page, say);
}

async function ended(page, say) {
  const well = page.getByRole("status").getByText(say.done);
  const failed = page.getByRole("region", { name: say.didNotSucceed });
  await well.or(failed).waitFor({ timeout: LONG });
  return (await well.or(failed).innerText()).replace(/\s+/g, " ");
}
