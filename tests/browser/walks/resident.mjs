// A resident in the web chat: asks, finds, books, and asks for a person.
import assert from "node:assert/strict";

/** The page of a visitor, and how they write and press. */
export const visitor = async (browser, url, locale = "sv-SE") => {
  const page = await (await browser.newContext({ locale })).newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  const said = () => page.locator(".ours").count();
  const answered = async (act) => {
    const before = await said();
    await act();
    await page.waitForFunction((n) => document.querySelectorAll(".ours").length > n, before);
  };
  const say = (text) => answered(async () => { await page.fill("#text", text); await page.press("#text", "Enter"); });
  /** Presses the last button whose code begins so. */
  const press = (code) => answered(() => page.locator(`button[name=tap][value^="${code}"]`).last().click());
  const last = () => page.locator(".ours .says").last().innerText();
  return { page, errors, say, press, last };
};

/** Asks, finds a centre and books a visit there. */
export const asksFindsBooks = async ({ browser, url, examine }) => {
  const rut = await visitor(browser, url);
  await examine(rut.page, "welcome");
  await rut.say("bankid funkar inte");
  assert.match(await rut.last(), /BankID fungerar inte/);
  await examine(rut.page, "chat");
  await rut.say("Motala");
  assert.match(await rut.last(), /Testcentret i Motala/);
  // After a question several centres are shown, without one only the nearest.
  if (!(await rut.page.locator("button[value='book:motala']").count())) await rut.press("centre:motala");
  await rut.press("book:motala");
  await rut.press("day:motala");
  await rut.press("slot:motala");
  // What the visit is about is known where a question was asked before.
  if (!(await rut.page.locator("button[value^=nowish]").count())) await rut.press("noabout");
  await rut.press("nowish");
  await rut.say("Rut");
  await examine(rut.page, "booking");
  await rut.press("confirm");
  const code = /\b[A-Z0-9]{3}[ \u00a0][A-Z0-9]{3}\b/.exec(await rut.page.locator(".ours").last().innerText());
  assert.ok(code, "a code to show at the visit");
  await rut.page.reload();
  assert.match(await rut.page.locator("#lines").innerText(), /Rut/, "the conversation is kept");
  return rut;
};

/** Asks for a person and waits. */
export const asksForPerson = async (rut, matter) => {
  await rut.say("/person");
  if (!(await rut.page.locator("button[value=personyes]").count())) await rut.say(matter);
  await rut.press("personyes");
};

/** Everything that is kept goes by a button. */
export const isForgotten = async (rut, url) => {
  await rut.page.click("summary");
  await rut.page.click("button[value=forget]");
  await rut.page.waitForSelector("button[value=forgetnow]");
  await rut.page.locator("button[value=forgetnow]").last().click();
  await rut.page.waitForURL(/forgotten/);
  await rut.page.goto(url);
  assert.equal(await rut.page.locator(".line").count(), 0);
};
