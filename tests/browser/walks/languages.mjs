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
  const anyone = await visitor(browser, url, code);
  await examine(anyone.page, `welcome-${code}`);
  await anyone.say("BankID");
  await anyone.say("Motala");
  const { lang, dir } = await anyone.page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
  assert.equal(lang, code);
  assert.equal(dir === "rtl", ["ar", "fa", "ckb", "ps", "ur"].includes(code));
  await examine(anyone.page, `chat-${code}`);
  await anyone.page.goto(`${url}/accessibility`);
  await examine(anyone.page, `accessibility-${code}`);
  await anyone.page.context().close();
};
