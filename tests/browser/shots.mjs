// The pictures of docs/screenshots, from the invented month of `digidel run --demo`.
import { fileURLToPath } from "node:url";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { needBrowser, start } from "./house.mjs";
import { signsIn } from "./walks/demo.mjs";
import { visitor } from "./walks/resident.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

const folder = resolve(here, "../../docs/screenshots");
const executablePath = needBrowser();
const { chromium } = await import("playwright-core");
mkdirSync(folder, { recursive: true });

const { url, out, stop } = await start({ args: ["--demo"], config: null });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const shot = async (page, name) => { await page.setViewportSize({ width: 1280, height: 900 }); await page.screenshot({ path: join(folder, `${name}.png`) }); };
try {
  const rut = await visitor(browser, url);
  await rut.say("bankid funkar inte");
  await rut.page.setViewportSize({ width: 900, height: 900 });
  await rut.page.screenshot({ path: join(folder, "chat.png") });
  const staff = await signsIn(browser, { url, out });
  await shot(staff, "requests");
  await staff.goto(`${url}/staff?view=all&kind=conversation&status=resolved`);
  await staff.locator(".question a").first().click();
  await staff.waitForSelector(".talk");
  await shot(staff, "request");
  await staff.goto(`${url}/staff/visits?view=week`);
  await shot(staff, "visits-view-week");
  await staff.goto(`${url}/staff/insight`);
  await shot(staff, "insight");
  console.log(`five pictures in ${folder}`);
} finally {
  await browser.close();
  await stop();
}
