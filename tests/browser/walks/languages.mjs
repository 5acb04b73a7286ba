// The same pages in another language, also one that runs from right to left.
import assert from "node:assert/strict";
import { visitor } from "./resident.mjs";

/** The languages that the chat offers, by their codes. */
export const offered = async ({ browser, url }) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  const codes = await page.locator("button[name=tap][value^='speak:']").evaluateAll((all) => all.map((b) => b.value.slice(6)));
  await page.context().close();
  return codes;
};

/** A conversation in a language: chosen by the browser, right to left where it is so. */
export const inLanguage = async ({ browser, url, examine }, code) => {
  // No browser asks for easy Swedish; everything else it may.
  const anyone = await visitor(browser, url, code === "sv-easy" ? "sv-SE" : code);
  if (code === "sv-easy") {
    await anyone.page.click("summary");
    await anyone.press("speak:sv-easy");
  }
  await examine(anyone.page, `welcome-${code}`);
  await anyone.say("BankID");
  await anyone.say("Motala");
  // The button beside the first one stands where reading goes on.
  const [first, second] = await anyone.page.locator(".choices").last().locator("button[name=tap]").evaluateAll((all) => all.map((b) => b.getBoundingClientRect()).map(({ left, top }) => ({ left, top })));
  if (second && first.top === second.top) assert.equal(first.left > second.left, ["ar", "fa"].includes(code), "buttons in the order of reading");
  const { lang, dir } = await anyone.page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
  assert.equal(lang, code === "sv-easy" ? "sv" : code);
  assert.equal(dir === "rtl", ["ar", "fa"].includes(code));
  await examine(anyone.page, `chat-${code}`);
  await anyone.page.click("a[href^='/accessibility']");
  assert.equal(await anyone.page.evaluate(() => document.documentElement.lang), lang);
  assert.equal(await anyone.page.locator("a[href='https://www.digg.se/tdosanmalan']").count(), 1);
  await examine(anyone.page, `accessibility-${code}`);
  await anyone.page.context().close();
};
