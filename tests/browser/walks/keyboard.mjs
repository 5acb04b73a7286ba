// With a keyboard alone: a resident asks and answers, a member of staff finds and answers a request.
import assert from "node:assert/strict";

const here = (page) => page.evaluate(() => {
  const now = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(now);
  return { id: now.id, tag: now.tagName, value: now.value, text: now.innerText, href: now.getAttribute("href"), type: now.type,
    seen: (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none" };
});

/** Tabs on until something fits; every stop on the way can be seen. */
const tabTo = async (page, fits, what) => {
  for (let n = 0; n < 120; n += 1) {
    await page.keyboard.press("Tab");
    const now = await here(page);
    if (now.tag !== "BODY") assert.ok(now.seen, `the focus on ${now.tag} ${now.id || now.text} cannot be seen`);
    if (fits(now)) return now;
  }
  throw new Error(`no way to ${what} by keyboard`);
};

/** A visitor asks a question and says that the answer helped. */
export const visitorByKeyboard = async ({ browser, url, locale = "sv-SE", question = "bankid funkar inte" }) => {
  const page = await (await browser.newContext({ locale })).newPage();
  await page.goto(url);
  await page.keyboard.press("Tab");
  assert.equal((await here(page)).href, "#write", "the first stop is the way past the menu");
  await tabTo(page, (now) => now.id === "text", "the text field");
  await page.keyboard.type(question);
  await page.keyboard.press("Enter");
  await page.waitForSelector("button[value^=helped]");
  await page.keyboard.press("Shift+Tab");
  for (let n = 0; n < 40 && !(await here(page)).value?.startsWith("helped"); n += 1) await page.keyboard.press("Shift+Tab");
  assert.match((await here(page)).value, /^helped/);
  const before = await page.locator(".ours").count();
  await page.keyboard.press("Enter");
  await page.waitForFunction((n) => document.querySelectorAll(".ours").length > n, before);
  await page.context().close();
};

/** A member of staff walks the list with j and k, turns the keys off, and opens a request. */
export const staffByKeyboard = async ({ staff, url }) => {
  await staff.goto(`${url}/staff?view=all`);
  await staff.keyboard.press("Tab");
  assert.equal((await here(staff)).href, "#main");
  await staff.keyboard.press("j");
  const first = await here(staff);
  assert.match(first.href, /requests/);
  await staff.keyboard.press("/");
  assert.equal((await here(staff)).id, "words");
  await staff.keyboard.type("jk");
  assert.equal((await here(staff)).value, "jk", "keys are letters in a field");
  await staff.goto(`${url}/staff?view=all`);
  await staff.locator("#keys summary").focus();
  await staff.keyboard.press("Enter");
  await tabTo(staff, (now) => now.id === "keys-on", "the switch for the keys");
  await staff.keyboard.press("Space");
  await staff.keyboard.press("j");
  assert.equal((await here(staff)).id, "keys-on", "the keys are off");
  await staff.keyboard.press("Space");
  await staff.goto(`${url}/staff?view=all`);
  await tabTo(staff, (now) => /staff\/requests\//.test(now.href ?? ""), "a request");
  await staff.keyboard.press("Enter");
  await staff.waitForSelector("#note");
  await tabTo(staff, (now) => now.id === "note", "the note");
  await staff.keyboard.type("Skrivet utan mus.");
  await tabTo(staff, (now) => now.value === "note", "the button");
  await staff.keyboard.press("Enter");
  await staff.waitForURL(/done=saved/);
};
