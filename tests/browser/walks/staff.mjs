// Staff at the desk: a request appears by itself, is answered, and a closed day reaches the resident.
import assert from "node:assert/strict";

/** The list shows a new request without being reloaded, and the answer arrives in the chat. */
export const answers = async ({ staff, rut, url, examine, asks }) => {
  await staff.goto(`${url}/staff`);
  const cards = await staff.locator(".card").count();
  await staff.evaluate(() => { window.stillTheSamePage = true; });
  await asks();
  await staff.waitForFunction((n) => document.querySelectorAll(".card").length > n, cards);
  assert.ok(await staff.evaluate(() => window.stillTheSamePage), "it appeared by itself");
  await examine(staff, "requests");
  await staff.locator(".question a").first().click();
  await staff.waitForSelector("#text");
  await examine(staff, "request");
  const page = staff.url();
  await staff.fill("#text", "Hej! Byt papper och försök igen.");
  await staff.click("button[value=answer]");
  await staff.waitForURL(/answered/);
  await rut.page.waitForFunction(() => document.body.innerText.includes("Byt papper"));
  await staff.click("button[value=take]");
  await staff.waitForURL(/took/);
  await rut.page.fill("#text", "tack, nu fungerar det");
  await rut.page.press("#text", "Enter");
  await staff.waitForFunction(() => document.querySelector(".talk").innerText.includes("nu fungerar det"));
  return page.split("?")[0];
};

/** The days of Rut's visit are closed: she is told, and offered other times. */
export const closesTheDays = async ({ staff, rut, url }) => {
  await staff.goto(`${url}/staff/visits?centre=motala`);
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  await staff.fill("#from", day(0));
  await staff.fill("#until", day(40));
  await staff.fill("#reason", "vattenskada");
  await staff.click("button[value=close]");
  await staff.waitForURL(/done=saved/);
  await rut.page.waitForFunction(() => document.body.innerText.includes("vattenskada"));
};

/** The pages of the console, after `/staff`. */
const PAGES = ["", "/visits", "/visits?view=week", "/check-in", "/centres", "/centres/motala", "/knowledge?question=bankid", "/knowledge/articles", "/knowledge/articles/bankid-last-kod", "/knowledge/new", "/insight", "/people", "/data", "/account", "?view=all&lang=sv"];

/** Every page of the console and one request, with everything on them unfolded. */
export const looksAround = async ({ staff, url, examine, path, lang = "sv" }) => {
  for (const page of [...PAGES.map((page) => `${url}/staff${page}`), path]) {
    await staff.goto(page);
    const html = await staff.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
    assert.deepEqual(html, { lang, dir: ["ar", "fa"].includes(lang) ? "rtl" : "ltr" });
    await staff.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await examine(staff, `${lang}:${page === path ? "/request" : page.slice(url.length)}`);
  }
};

/** Chooses the language of the console. */
export const speaks = async ({ staff, url, lang }) => {
  await staff.goto(`${url}/staff/account`);
  await staff.click(`button[name=lang][value=${lang}]`);
  await staff.waitForURL(/done=saved/);
};
