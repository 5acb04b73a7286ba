// The pictures of docs/screenshots, from the invented month of `digidel run --demo`.
import { fileURLToPath } from "node:url";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { needBrowser, start } from "./house.mjs";
import { signsIn } from "./walks/demo.mjs";
import { visitor } from "./walks/resident.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

const folder = resolve(here, "../../docs/screenshots");
const browser = await needBrowser();
mkdirSync(folder, { recursive: true });

const { url, out, stop } = await start({ args: ["--demo"], config: null });
const PHONE = { width: 390, height: 780 };
const DESK = { width: 1100, height: 700 };
const made = [];
const shot = async (page, name, size = DESK) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(size);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  made.push(name);
};
/** The answer to a question, where reading it begins. */
const answered = async (locale, question, name) => {
  const one = await visitor(browser, url, locale);
  await one.page.emulateMedia({ reducedMotion: "reduce" });
  await one.page.setViewportSize(PHONE);
  await one.say("/help");
  await one.say(question);
  await one.page.locator(".ours").last().evaluate((line) => line.scrollIntoView({ block: "start" }));
  await shot(one.page, name, PHONE);
};
try {
  await answered("sv-SE", "bankid funkar inte", "chat");
  await answered("ar", "البنك ايدي ما عم يفتح", "chat-ar");
  const staff = await signsIn(browser, { url, out });
  await shot(staff, "requests");
  await staff.goto(`${url}/staff?view=all&kind=conversation&status=resolved`);
  await staff.locator(".question a").first().click();
  await staff.waitForSelector(".talk");
  await shot(staff, "request");
  await staff.goto(`${url}/staff/visits?view=week`);
  await shot(staff, "visits");
  await staff.goto(`${url}/staff/insight`);
  await shot(staff, "insight");
  console.log(`${made.length} pictures in ${folder}`);
} finally {
  await browser.close();
  await stop();
}
