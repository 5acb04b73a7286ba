// Counts what somebody has said: grammY with a session in SQLite, and its runner for busy bots.

import { run, sequentialize } from "@grammyjs/runner";
import Database from "better-sqlite3";
import { Bot, session } from "grammy";

const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
const select = database.prepare("SELECT value FROM sessions WHERE key = ?");
const upsert = database.prepare(
  "INSERT INTO sessions (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
);
const remove = database.prepare("DELETE FROM sessions WHERE key = ?");

const storage = {
  read(key) {
    const row = select.get(key);
    return row ? JSON.parse(row.value) : undefined;
  },
  write(key, value) {
    upsert.run(key, JSON.stringify(value));
  },
  delete(key) {
    remove.run(key);
  },
};

const bot = new Bot(process.env.TOKEN, { client: { apiRoot: process.env.API_URL } });
bot.use(sequentialize((context) => String(context.chat?.id)));
bot.use(session({ initial: () => ({ said: 0 }), storage }));
bot.on("message:text", async (context) => {
  context.session.said += 1;
  await context.reply(`${context.session.said}: ${context.message.text}`);
});
bot.catch((error) => console.error(error.message));
run(bot);
