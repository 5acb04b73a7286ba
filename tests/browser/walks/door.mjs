// The door: wrong passwords, ended sessions, forged and stale forms, and what belongs to others.
import assert from "node:assert/strict";
import { PASSWORD } from "../house.mjs";

/** An account of one centre, through its one-time link. */
export const invite = async ({ admin, browser, url, login, centre }) => {
  await admin.goto(`${url}/staff/people`);
  await admin.fill("#login", login);
  await admin.fill("#name", login);
  await admin.selectOption("#role", "staff");
  await admin.selectOption("#centres", centre);
  await admin.locator("main form button.main").last().click();
  const link = await admin.locator("main code").first().innerText();
  const page = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  await page.goto(link);
  await page.fill("#password", PASSWORD);
  await page.fill("#again", PASSWORD);
  await page.click("main button");
  await page.waitForURL(`${url}/staff`);
  return page;
};

/** A wrong password says only that it was wrong. */
export const wrongPassword = async ({ browser, url, examine }) => {
  const page = await (await browser.newContext({ locale: "sv-SE" })).newPage();
  await page.goto(`${url}/staff/login`);
  await examine(page, "login");
  await page.fill("#login", "admin");
  await page.fill("#password", "fel lösenord helt enkelt");
  await page.click("main button.main");
  await page.waitForSelector("[role=alert]");
  await examine(page, "login-failed");
  await page.goto(`${url}/staff`);
  assert.match(page.url(), /staff\/login/);
};

/** A session that was ended elsewhere is over on the next click, and the page says so. */
export const endedSession = async ({ page, url }) => {
  const twin = await page.context().newPage();
  await twin.goto(`${url}/staff`);
  await page.goto(`${url}/staff`);
  await page.click("header form button");
  await page.waitForURL(/login\?out/);
  await twin.goto(`${url}/staff`);
  assert.match(twin.url(), /staff\/login/);
  await twin.close();
};

const MINUTE = 60_000;

/** An hour without use ends a session, and so does a working day however it was used. */
export const expiredSession = async ({ page, url, database }) => {
  const again = async () => {
    await page.goto(`${url}/staff/login`);
    await page.fill("#login", "omar");
    await page.fill("#password", PASSWORD);
    await page.click("main button.main");
    await page.waitForURL(`${url}/staff`);
  };
  // The clock is the machine's: what it says the session's beginning and last use were is moved instead.
  const age = (column, minutes) => database(`UPDATE staff_sessions SET ${column} = ${column} - ${minutes * MINUTE}
    WHERE account = (SELECT id FROM accounts WHERE login = 'omar')`);
  for (const [column, almost] of [["last_at", 58], ["created_at", 12 * 60 - 2]]) {
    await again();
    age(column, almost);
    await page.goto(`${url}/staff/visits`);
    assert.match(page.url(), /staff\/visits/, `${column}: not yet`);
    age(column, 2 * almost);
    await page.goto(`${url}/staff/visits`);
    assert.match(page.url(), /staff\/login\?over/, `${column}: over`);
    assert.ok(await page.locator("[role=status]").innerText(), "and it says why");
  }
};

/** A form without its proof is refused, whoever is signed in. */
export const forgedForm = async ({ staff, url, path }) => {
  await staff.goto(path);
  await staff.evaluate(() => { document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = "0".repeat(64); }); });
  const [answer] = await Promise.all([staff.waitForResponse((r) => r.request().method() === "POST"), staff.click("button[value=resolve]")]);
  assert.equal(answer.status(), 403);
  // And a page of another site cannot send it at all, cookie or not.
  const other = await staff.context().request.post(`${url}/staff/logout`, { headers: { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }, form: { csrf: "x" } });
  assert.equal(other.status(), 403);
};

/** Two look at the same request; the second form is stale and changes nothing. */
export const staleForm = async ({ staff, path }) => {
  const second = await staff.context().newPage();
  // The forms as they were: pages refresh themselves otherwise.
  await second.route("**/staff/live", (route) => route.abort());
  await second.goto(path);
  await staff.goto(path);
  await staff.selectOption("#topic", { index: 1 });
  await staff.click("button[value=topic]");
  await staff.waitForURL(/done=saved/);
  await second.click("button[value=resolve]");
  await second.waitForURL(/done=stale/);
  await second.close();
};

/** What belongs to another centre looks as if it did not exist. */
export const anothersRequest = async ({ staff, other, path }) => {
  await staff.goto(path);
  await staff.selectOption("#centre", "norrkoping");
  await staff.click("button[value=centre]");
  await staff.waitForURL(/done=saved/);
  const [missing, nothing] = [await other.goto(path), await other.goto(path.replace(/[^/]+$/, "zzzzzz"))];
  assert.deepEqual([missing.status(), nothing.status()], [404, 404]);
};
