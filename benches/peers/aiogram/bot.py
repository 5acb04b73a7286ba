"""Counts what somebody has said: aiogram with its state in SQLite."""

import asyncio
import json
import os

import aiosqlite
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram.types import Message


class SqliteStorage(BaseStorage):
    """What aiogram keeps of a conversation, a row each."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self.database = database

    @staticmethod
    def name(key: StorageKey) -> str:
        return f"{key.bot_id}:{key.chat_id}:{key.user_id}"

    async def read(self, key: StorageKey, column: str):
        query = f"SELECT {column} FROM states WHERE key = ?"
        async with self.database.execute(query, (self.name(key),)) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None

    async def write(self, key: StorageKey, column: str, value) -> None:
        await self.database.execute(
            f"INSERT INTO states (key, {column}) VALUES (?, ?) "
            f"ON CONFLICT (key) DO UPDATE SET {column} = excluded.{column}",
            (self.name(key), value),
        )
        await self.database.commit()

    async def set_state(self, key: StorageKey, state=None) -> None:
        await self.write(key, "state", getattr(state, "state", state))

    async def get_state(self, key: StorageKey):
        return await self.read(key, "state")

    async def set_data(self, key: StorageKey, data) -> None:
        await self.write(key, "data", json.dumps(data))

    async def get_data(self, key: StorageKey):
        data = await self.read(key, "data")
        return json.loads(data) if data else {}

    async def close(self) -> None:
        await self.database.close()


async def main() -> None:
    database = await aiosqlite.connect(os.environ["DATABASE"])
    await database.execute("PRAGMA journal_mode = WAL")
    await database.execute("PRAGMA synchronous = FULL")
    await database.execute("CREATE TABLE IF NOT EXISTS states (key TEXT PRIMARY KEY, state TEXT, data TEXT)")
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["API_URL"]))
    dispatcher = Dispatcher(storage=SqliteStorage(database))

    @dispatcher.message(F.text)
    async def answer(message: Message, state: FSMContext) -> None:
        said = (await state.get_data()).get("said", 0) + 1
        await state.set_data({"said": said})
        await message.answer(f"{said}: {message.text}")

    await dispatcher.start_polling(Bot(os.environ["TOKEN"], session=session))


asyncio.run(main())
