// Residents and staff in a real browser, with the real program, and axe-core on every page they meet.
import assert from "node:assert/strict";
import { examiner } from "./axe.mjs";
import { becomeAdministrator, needBrowser, start } from "./house.mjs";
import { anothersRequest, endedSession, expiredSession, forgedForm, invite, staleForm, wrongPassword } from "./walks/door.mjs";
import { evaluatorLooks } from "./walks/demo.mjs";
import { becomesKnown } from "./walks/knowledge.mjs";
import { staffByKeyboard, visitorByKeyboard } from "./walks/keyboard.mjs";
import { inLanguage, offered } from "./walks/languages.mjs";
import { asksFindsBooks, asksForPerson, isForgotten } from "./walks/resident.mjs";
import { answers, closesTheDays, looksAround, speaks } from "./walks/staff.mjs";

const browser = await needBrowser();

const { url, link, stop, database } = await start();
const { examine, faults, seen, looks } = examiner();
const at = { browser, url, examine };
const begun = Date.now();
const step = async (name, act) => {
  const done = await act().catch(async (error) => {
    // What the pages showed when it went wrong.
    for (const page of browser.contexts().flatMap((context) => context.pages())) {
      console.log(`--- ${page.url()}\n${(await page.locator("body").innerText().catch(() => "")).slice(-1500)}`);
    }
    throw error;
  });
  console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${name}`);
  return done;
};

try {
  const rut = await step("a resident asks, finds and books", () => asksFindsBooks(at));
  await step("a wrong password", () => wrongPassword(at));
  const staff = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  staff.on("pageerror", (error) => rut.errors.push(error.message));
  await step("the first administrator", () => becomeAdministrator(staff, link));
  const asks = () => asksForPerson(rut, "min skrivare skriver ut konstiga tecken");
  const path = await step("a request appears, the answer arrives", () => answers({ ...at, staff, rut, asks }));
  await step("a day is closed, the resident is told", () => closesTheDays({ ...at, staff, rut }));
  await step("a question becomes an article", () => becomesKnown({ ...at, staff }));
  await step("every page of the console", () => looksAround({ ...at, staff, path }));
  await step("a stale form", () => staleForm({ staff, path }));
  await step("a forged form", () => forgedForm({ staff, url, path }));
  const other = await step("somebody of one centre", () => invite({ ...at, admin: staff, login: "omar", centre: "motala" }));
  await step("another centre's request", () => anothersRequest({ staff, other, path }));
  await step("an ended session", () => endedSession({ page: other, url }));
  await step("a session that expires", () => expiredSession({ page: other, url, database }));
  await step("a visitor with a keyboard alone", () => visitorByKeyboard(at));
  await step("staff with a keyboard alone", () => staffByKeyboard({ staff, url }));
  await step("the console in Arabic", async () => {
    await speaks({ staff, url, lang: "ar" });
    await looksAround({ ...at, staff, path, lang: "ar" });
  });
  await step("staff with a keyboard alone, in Arabic", () => staffByKeyboard({ staff, url }));
  await step("a visitor with a keyboard alone, in Arabic", () => visitorByKeyboard({ ...at, locale: "ar", question: "البنك ايدي ما عم يفتح" }));
  const codes = await step("the languages", () => offered(at));
  assert.equal(codes.length, 9);
  for (const code of process.env.EVERY_LANGUAGE ? codes : ["en", "ar", "fa"]) await step(`the chat in ${code}`, () => inLanguage(at, code));
  await step("forgotten by a button", () => isForgotten(rut, url));
  await step("an evaluator looks at the demonstration", () => evaluatorLooks(at));
  assert.deepEqual(rut.errors, []);
  assert.deepEqual(faults, []);
  console.log(`browser: all well, ${seen.size} pages examined in light, dark, 320 pixels and 400 per cent: ${looks()} looks without a violation`);
} finally {
  if (faults.length) console.log(faults.join("\n"));
  await browser.close();
  await stop();
}
