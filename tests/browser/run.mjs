// A resident and a member of staff in a real browser, and axe-core on every page that they meet.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";
import { becomeAdministrator, needBrowser, start } from "./house.mjs";

const executablePath = needBrowser();
const { chromium } = await import("playwright-core");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const shots = process.env.SHOTS && join(import.meta.dirname, process.env.SHOTS);
if (shots) mkdirSync(shots, { recursive: true });

const house = await start();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const faults = [];

/** Violations of WCAG 2.2 A and AA on the page as it is now. */
const examine = async (page, name) => {
  // Playwright runs the script outside the page's own policy.
  await page.evaluate((await import("node:fs")).readFileSync(axe, "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  faults.push(...violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3).join(" | ")}`));
};
/** Light, dark, 320 pixels wide, and 400 per cent of a screen of 1280 × 1024. */
const examineAll = async (page, name) => {
  for (const [colorScheme, width, height] of [["light", 1280, 1024], ["dark", 1280, 1024], ["light", 320, 640], ["dark", 320, 256]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await examine(page, `${name} ${colorScheme} ${width}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) faults.push(`${name}: ${over} pixels too wide at ${width}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
};

try {
  const resident = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  const errors = [];
  resident.on("pageerror", (error) => errors.push(error.message));
  await resident.goto(house.url);
  await examineAll(resident, "welcome");
  const say = async (text) => {
    const before = await resident.locator(".ours").count();
    await resident.fill("#text", text);
    await resident.press("#text", "Enter");
    await resident.waitForFunction((n) => document.querySelectorAll(".ours").length > n, before);
  };
  await say("bankid funkar inte");
  await examineAll(resident, "chat");
  await say("/person");
  if (!(await resident.locator("button[value=personyes]").count())) await say("min skrivare skriver ut konstiga tecken");
  await resident.locator("button[value=personyes]").last().click();
  await resident.waitForTimeout(500);

  const staff = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  staff.on("pageerror", (error) => errors.push(error.message));
  await staff.goto(`${house.url}/staff/login`);
  await examineAll(staff, "login");
  await becomeAdministrator(staff, house.link);
  await examineAll(staff, "requests");
  await staff.locator(".question a").first().click();
  await staff.waitForLoadState();
  await examineAll(staff, "request");
  await staff.fill("#text", "Hej! Byt papper och försök igen.");
  await staff.click("button[value=answer]");
  await staff.waitForURL(/answered/);
  await resident.waitForFunction(() => document.body.innerText.includes("Byt papper"), undefined, { timeout: 10_000 });
  await staff.click("button[value=take]");
  await staff.waitForURL(/took/);
  await resident.fill("#text", "tack, nu fungerar det");
  await resident.press("#text", "Enter");
  await staff.waitForFunction(() => document.querySelector(".talk").innerText.includes("nu fungerar det"), undefined, { timeout: 10_000 });
  for (const page of ["visits", "visits?view=week", "check-in", "centres", "centres/motala", "knowledge?question=bankid", "knowledge/articles", "knowledge/articles/bankid-last-kod", "knowledge/new", "insight", "people", "data", "account"]) {
    await staff.goto(`${house.url}/staff/${page}`);
    await examineAll(staff, page.replace(/\W+/g, "-"));
  }
  // With a keyboard alone: the first stop is the way past the menu, and it is visible.
  await staff.keyboard.press("Tab");
  assert.equal(await staff.evaluate(() => document.activeElement.className), "skip");
  // Forgotten by a button: nothing is left on the page.
  await resident.click("summary");
  await resident.click("button[value=forget]");
  await resident.waitForSelector("button[value=forgetnow]");
  await resident.locator("button[value=forgetnow]").last().click();
  await resident.waitForURL(/forgotten/);
  await resident.goto(house.url);
  assert.equal(await resident.locator(".line").count(), 0);
  assert.deepEqual(errors, []);
  assert.deepEqual(faults, []);
  console.log("browser: all well");
} finally {
  if (faults.length) console.log(faults.join("\n"));
  await browser.close();
  await house.stop();
}
