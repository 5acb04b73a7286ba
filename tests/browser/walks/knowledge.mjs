// A question without an answer becomes an article, and the next resident gets it.
import assert from "node:assert/strict";
import { visitor } from "./resident.mjs";

const ASKED = "hur byter jag kedja på cykeln";
const TITLE = "Byta kedja på cykeln";

/** Somebody asks in vain; staff write the answer from the question; the next one reads it. */
export const becomesKnown = async ({ browser, url, staff, examine }) => {
  const first = await visitor(browser, url);
  await first.say(ASKED);
  assert.doesNotMatch(await first.last(), /kedja/i, "nobody knows it yet");

  await staff.goto(`${url}/staff/knowledge`);
  const card = staff.locator(".card", { hasText: ASKED });
  assert.equal(await card.count(), 1, "the question waits for an answer");
  await card.locator("button[formaction$=new]").click();
  await staff.waitForURL(/knowledge\/new/);
  assert.match(await staff.locator("#sv-examples").inputValue(), new RegExp(ASKED), "the question is an example already");
  await staff.selectOption("#topic", "travel_parking");
  await staff.fill("#sv-title", TITLE);
  await staff.fill("#sv-first", "Biblioteket lånar ut verktyg till cykeln.");
  await staff.fill("#sv-steps", "Fråga i informationsdisken.\nLämna tillbaka verktygen samma dag.");
  await staff.click("button[value=preview]");
  await staff.waitForSelector(".preview");
  assert.equal(await staff.locator(".preview").count(), 3, "as Telegram, Discord and the web show it");
  await examine(staff, "article-preview");
  await staff.click("button[value=save]");
  await staff.waitForURL(/done=saved/);
  await staff.goto(`${url}/staff/knowledge`);
  assert.equal(await staff.locator(".card", { hasText: ASKED }).count(), 0, "and waits no longer");

  const next = await visitor(browser, url);
  await next.say("Hur byter man kedja på cykeln?");
  assert.match(await next.page.locator("#lines").innerText(), /lånar ut verktyg/, "live at once");
  await Promise.all([first, next].map((one) => one.page.context().close()));
};
