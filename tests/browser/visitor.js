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
    // Long enough for a machine that does much else.
    page.setDefaultTimeout(60_000);
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
      // A browser loads again by itself what it knows to be broken.
      await page.waitForLoadState();
    }
  }
}

/** Has whoever began this walk do what no browser can, and waits until that is done. */
export async function help(word) {
  const done = new Promise((resolve) => process.stdin.once("data", resolve).resume());
  console.log(`help: ${word}`);
  await done;
  // Or the process would wait for more.
  process.stdin.pause();
}

/**
 * Bytes that have travelled to the page since this was called, headers included;
 * of what was asked for again, since the network changed on the way, once.
 */
export async function scales(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const asked = new Map();
  const weighs = new Map();
  session.on("Network.requestWillBeSent", ({ requestId, request }) =>
    asked.set(requestId, `${request.method} ${request.url}`),
  );
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength: bytes }) => {
    const what = asked.get(requestId) ?? requestId;
    weighs.set(what, Math.max(bytes, weighs.get(what) ?? 0));
  });
  return () => [...weighs.values()].reduce((all, bytes) => all + bytes, 0);
}

/** Chooses the first password with the code from the command line; or signs in, later. */
export async function comeIn(page, say) {
  await go(page, "/");
  const first = page.getByRole("heading", { name: say.welcome });
  await first.or(page.getByLabel(say.password, { exact: true })).waitFor();
  if (await first.count()) {
    await page.getByLabel(say.code).fill(process.env.PANIER_CODE);
    await page.getByLabel(say.newPassword, { exact: true }).fill(password);
    await page.getByLabel(say.again, { exact: true }).fill(password);
    await page.getByRole("button", { name: say.begin }).click();
  } else {
    await page.getByLabel(say.password, { exact: true }).fill(password);
    await page.getByRole("button", { name: say.signIn }).click();
  }
  await page.getByRole("navigation", { name: say.rooms }).waitFor();
}

/** Has the page in a language, by its own switch. */
export async function speak(page, language) {
  const name = language === "fr" ? "Français" : "English";
  await page.getByRole("button", { name, exact: true }).click();
}

/** Where a service is found, as its page says. */
export async function addressOf(page, say, service) {
  await go(page, `/services/${service}`);
  const link = page.getByRole("link", { name: say.open, exact: true });
  return (await link.getAttribute("href")).replace(/\/$/, "");
}

/** Keeps one more line in the tests' own software, from a page of its own. */
export async function write(context, address, line) {
  const page = await context.newPage();
  await go(page, `${address}/data`);
  // What was cut off on its way may have been kept all the same.
  const keep = async (body) => {
    for (let tries = 1; ; tries += 1) {
      try {
        const kept = await (await fetch("/data")).text();
        if (kept.split("\n").includes(body)) return 201;
        return (await fetch("/data", { method: "POST", body })).status;
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((passed) => setTimeout(passed, 500));
      }
    }
  };
  assert.equal(await page.evaluate(keep, line), 201);
  await page.close();
}

/** What a service answers, as a browser shows it. */
export async function read(context, address) {
  const page = await context.newPage();
  await go(page, address);
  const text = await page.locator("body").textContent();
  await page.close();
  return text;
}
