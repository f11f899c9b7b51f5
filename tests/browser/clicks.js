// From the first-run code to a second service, by clicks alone.
import assert from "node:assert/strict";
import { comeIn, go, password, visit } from "./visitor.js";
import { said } from "./words.js";

const language = process.argv[2];
const say = said(language);

await visit(
  async (page, context) => {
    await comeIn(page, say);
    await page.getByRole("link", { name: "tiny", exact: true }).first().waitFor();

    await page
      .getByRole("navigation", { name: say.rooms })
      .getByRole("link", { name: say.catalogue })
      .click();
    await page.getByLabel(say.search).fill("tiny");
    await page.getByRole("link", { name: "Tiny", exact: true }).click();
    await page.getByRole("link", { name: say.install, exact: true }).click();
    // Slow enough that one can leave it and come back.
    await page.getByLabel(say.slowly).fill("4000");
    await page.getByRole("button", { name: say.install, exact: true }).click();
    await page.waitForURL(/\/jobs\/\d+$/);
    const job = page.url();

    await page
      .getByRole("navigation", { name: say.rooms })
      .getByRole("link", { name: say.home })
      .click();
    await page.getByRole("complementary", { name: say.underWay }).getByRole("link").click();
    assert.equal(page.url(), job, "work that was left is found again");

    await page.getByRole("status").getByText(say.done).waitFor({ timeout: 120_000 });
    await page.getByRole("link", { name: say.toService, exact: true }).click();
    await page.getByText(say.works, { exact: true }).first().waitFor();
    const address = await page
      .getByRole("link", { name: say.open, exact: true })
      .getAttribute("href");
    const service = await context.newPage();
    const answer = await go(service, `${address}/health`);
    assert.deepEqual([answer.status(), (await answer.json()).status], [200, "pass"]);
    await service.close();

    await page.getByRole("button", { name: say.signOut }).click();
    const field = page.getByLabel(say.password, { exact: true });
    await field.fill("not the password");
    await page.getByRole("button", { name: say.signIn }).click();
    await page.getByText(say.notThePassword).waitFor();
    // It is emptied for the next try.
    await page.waitForFunction((it) => it.value === "", await field.elementHandle());
    await field.fill(password);
    await page.getByRole("button", { name: say.signIn }).click();
    // One is where one was.
    await page.getByRole("heading", { name: "tiny-2", level: 1 }).waitFor();
    await page
      .getByRole("navigation", { name: say.rooms })
      .getByRole("link", { name: say.home })
      .click();
    await page.getByRole("link", { name: "tiny-2", exact: true }).first().waitFor();
  },
  { language },
);
console.log("a second service, by clicks alone");
