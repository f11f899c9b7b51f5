// A person at a browser: Debian's Chromium, told apart from all others by what
// it notes while the walk goes on: what was asked of somebody else, what the
// page's policy refused, and what broke.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** The panel's address, as the box itself says it. */
export const panel = new URL(process.env.PANIER_PANEL).origin;

export const password = "trois petits chats";

export async function visit(work, { language = "en", width = 1280 } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.PANIER_CHROMIUM,
    // Tests run as root in a container, where Chromium cannot shut itself in.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  try {
    const context = await browser.newContext({
      baseURL: panel,
      locale: language === "fr" ? "fr-FR" : "en-GB",
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
      // The box's own authority is in no store of this machine's.
      ignoreHTTPSErrors: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const noted = notes(page);
    await work(page, context);
    assert.deepEqual(noted.strangers, [], "asked of somebody else");
    assert.deepEqual(noted.refused, [], "refused by the page's policy");
    assert.deepEqual(noted.broken, [], "broke in the page");
  } finally {
    await browser.close();
  }
}

function notes(page) {
  const noted = { strangers: [], refused: [], broken: [] };
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== panel) noted.strangers.push(request.url());
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) noted.refused.push(message.text());
  });
  page.on("pageerror", (error) => noted.broken.push(String(error)));
  return noted;
}

/** Goes to an address, as people do: what a change of network breaks is loaded again. */
export async function go(page, address) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await page.goto(address);
    } catch (error) {
      // The engine makes networks on this very machine.
      const broken = /ERR_NETWORK_CHANGED|interrupted by another/.test(String(error));
      if (tries === 5 || !broken) throw error;
    }
  }
}

/** Bytes that have travelled to the page since this was called, headers included. */
export async function scales(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  return () => bytes;
}

/** Chooses the first password with the code from the command line. */
export async function comeIn(page, say) {
  await go(page, "/");
  await page.getByRole("heading", { name: say.welcome }).waitFor();
  await page.getByLabel(say.code).fill(process.env.PANIER_CODE);
  await page.getByLabel(say.newPassword, { exact: true }).fill(password);
  await page.getByLabel(say.again, { exact: true }).fill(password);
  await page.getByRole("button", { name: say.begin }).click();
  await page.getByRole("navigation", { name: say.rooms }).waitFor();
}
