// Starts the real program on a fresh database, and a browser to look at it.
import { fileURLToPath } from "node:url";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const here = fileURLToPath(new URL(".", import.meta.url));

const root = resolve(here, "../..");
const program = process.env.DIGIDEL_BIN ?? join(root, "target/debug/digidel");
const browser = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

const lacking = () => {
  if (!browser) return "no chromium (apt-get install chromium)";
  if (!existsSync(program)) return `no program at ${program} (cargo build, or name one in DIGIDEL_BIN)`;
  if (!existsSync("/usr/bin/sqlite3")) return "no sqlite3, which lets sessions grow old (apt-get install sqlite3)";
  return undefined;
};

/** How long anything may take, in milliseconds: beside a compiler that wants every processor, too. */
const WAIT = 120_000;
/** How `.ci/browser` ends where there is no browser to walk in. */
const NO_BROWSER = 77;

/** The browser; ends loudly where something is lacking, or where it does not start. */
export const needBrowser = async () => {
  const skip = (what) => {
    console.error(`\n!!! BROWSER TESTS SKIPPED: ${what} !!!\n`);
    process.exit(NO_BROWSER);
  };
  const what = lacking();
  if (what) skip(what);
  const { chromium } = await import("playwright-core");
  // Containers have little shared memory, and root has no sandbox.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  const started = await chromium.launch({ executablePath: browser, args, timeout: WAIT }).catch((error) => skip(`Chromium does not start: ${error.message.split("\n")[0]}`));
  const newContext = started.newContext.bind(started);
  started.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(WAIT);
    return context;
  };
  return started;
};

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** The running program: its address, the first administrator's link, and how to end it. */
export const start = async ({ args = [], config = join(root, "tests/chats/config") } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "digidel-"));
  const port = await freePort();
  // An unoptimised program would take minutes to read the articles with the embedding model.
  const own = config ? ["--config", config] : [];
  const child = spawn(program, ["--no-embedding", ...own, "run", ...args], {
    cwd: folder,
    env: { ...process.env, DIGIDEL__HTTP__LISTEN: `127.0.0.1:${port}`, RUST_LOG: "warn" },
  });
  let out = "";
  child.stderr.on("data", (text) => { if (process.env.VERBOSE) process.stderr.write(text); });
  const link = await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`the program did not start:\n${out}`)), 2 * WAIT);
    child.stdout.on("data", (text) => {
      out += text;
      if (out.includes("Ctrl-C")) { clearTimeout(late); done(/http\S+invite\S+/.exec(out)?.[0]); }
    });
    child.on("exit", () => fail(new Error(`the program ended:\n${out}`)));
  });
  const stop = () => new Promise((done) => {
    child.removeAllListeners("exit");
    child.on("exit", () => { rmSync(folder, { recursive: true, force: true }); done(); });
    child.kill("SIGTERM");
  });
  const database = (statement) => execFileSync("/usr/bin/sqlite3", ["-cmd", ".timeout 5000", join(folder, "data/digidel.db"), statement]);
  return { url: `http://127.0.0.1:${port}`, link, out, stop, database };
};

/** The code that an app for one-time codes shows (RFC 6238), `late` steps from now. */
export const oneTimeCode = (secret, late = 0) => {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + late));
  const digest = createHmac("sha1", key).update(step).digest();
  const offset = digest.at(-1) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
};

export const PASSWORD = "katten sover på tangentbordet";

/** Takes the first administrator through the link and the one-time code. */
export const becomeAdministrator = async (page, link) => {
  await page.goto(link);
  await page.fill("#password", PASSWORD);
  await page.fill("#again", PASSWORD);
  await page.click("main button");
  await page.waitForURL(/second/);
  const secret = await page.locator("main code").innerText();
  await page.fill("#code", oneTimeCode(secret));
  await page.click("main button.main");
  await page.waitForURL(/staff\?done/);
  return secret;
};
