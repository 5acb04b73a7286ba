// `digidel run --demo`: the printed login opens a console that lives and says that it is invented.
import assert from "node:assert/strict";
import { start } from "../house.mjs";

/** Signs in as the program says. */
export const signsIn = async (browser, { url, out }) => {
  const page = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  await page.goto(`${url}/staff/login`);
  await page.fill("#login", "anna");
  await page.fill("#password", /password +(\S+)/.exec(out)[1]);
  await page.click("main button.main");
  await page.waitForURL(`${url}/staff`);
  return page;
};

/** Somebody waits, much has happened, and every page says that it is invented. */
export const evaluatorLooks = async ({ browser }) => {
  const demo = await start({ args: ["--demo"], config: null });
  try {
    const page = await signsIn(browser, demo);
    for (const path of ["staff", "staff?view=all", "staff/visits", "staff/insight"]) {
      await page.goto(`${demo.url}/${path}`);
      assert.equal(await page.locator(".invented").count(), 1, path);
      if (path.startsWith("staff?") || path === "staff") assert.ok(await page.locator(".card").count(), path);
    }
    await page.context().close();
  } finally {
    await demo.stop();
  }
};
