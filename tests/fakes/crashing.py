"""Real gateway processes that are killed, a database of their own, and the raw rows they leave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import sys
import uuid
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from bot.config import child_environment
from tests.environment import DATABASE_URL, FAST
from tests.fresh_database import leave_database

SCRIPT = Path(__file__).with_name("dying_gateway.py")
START_TIMEOUT_S = 60.0


class OwnDatabase:
    """A copy of the migrated, empty test database, for processes outside of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        connection.ensure_connection()
        name = str(connection.settings_dict["NAME"])
        if DATABASE_URL:
            leave_database()
            own = f"seva_{uuid.uuid4().hex[:12]}"
            with psycopg.connect(DATABASE_URL, autocommit=True) as admin:
                admin.execute(f'CREATE DATABASE {own} TEMPLATE "{name}"'.encode())
            self.url = urlsplit(DATABASE_URL)._replace(path=f"/{own}").geturl()
        else:
            with sqlite3.connect(name) as source, sqlite3.connect(folder / "seva.db") as copy:
                source.backup(copy)

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT, as the database gives them."""
        if self.url:
            with psycopg.connect(self.url) as client:
                return list(client.execute(sql.encode()))
        with contextlib.closing(sqlite3.connect(self.folder / "seva.db", timeout=10)) as file:
            return list(file.execute(sql))


class GatewayProcess:
    """One gateway at a fixed port: started, killed, started again."""

    def __init__(self, database: OwnDatabase, rasa_url: str, port: int | None = None, **settings: str) -> None:
        self.port = port or find_port()
        self.log = database.folder / f"gateway-{self.port}.log"
        self.environment = {
            **child_environment(**FAST),
            "DATA_DIR": str(database.folder),
            "DATABASE_URL": database.url,
            "RASA_URLS": rasa_url,
            "GATEWAY_PORT": str(self.port),
            "LEASE_S": "1",
            "MESSAGE_RATE": "1000",
            **settings,
        }
        self._nursery: asyncio.subprocess.Process | None = None
        self._child = 0
        self._ended: asyncio.Task[int] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, point: str = "never", count: int = 1) -> None:
        """Starts it and waits until it listens (or has died at its point already)."""
        if self._nursery is None:
            with self.log.open("ab") as log:
                self._nursery = await asyncio.create_subprocess_exec(
                    sys.executable, str(SCRIPT), env=self.environment, stdin=PIPE, stdout=PIPE, stderr=log
                )
        assert self._nursery.stdin
        self._nursery.stdin.write(f"{point} {count}\n".encode())
        async with asyncio.timeout(START_TIMEOUT_S):
            self._child = await self._read_number()
            self._ended = asyncio.create_task(self._read_number())
            while not self._ended.done() and not _listens(self.port):
                await asyncio.sleep(0.01)

    async def wait_for_death(self) -> None:
        """Until it has killed itself."""
        assert self._ended
        status = await asyncio.wait_for(self._ended, 30)
        assert status == -signal.SIGKILL, self.log.read_text()[-3000:]

    async def kill(self) -> None:
        """kill -9, whatever it is doing."""
        if self._ended and not self._ended.done():
            os.kill(self._child, signal.SIGKILL)
            await self._ended

    async def end(self) -> None:
        """Kills it and what raised it."""
        await self.kill()
        if self._nursery and self._nursery.stdin:
            self._nursery.stdin.close()
            await self._nursery.wait()

    async def _read_number(self) -> int:
        assert self._nursery
        assert self._nursery.stdout
        return int(await self._nursery.stdout.readline())


def find_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
