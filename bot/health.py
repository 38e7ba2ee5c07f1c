"""Addresses for operators and their monitoring: alive, ready (every dependency by name), numbers.

`/readyz` answers 200 only when a customer would get an answer: database migrated, Rasa and action server answering, FAQ
index fitting its sources. A shop that is away is named, but customers are answered all the same: kindly, and by a
person. A channel without its settings is named as off; that is no fault.
"""

from __future__ import annotations

import asyncio
import time

import httpx
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.channels.states import channel_states
from bot.config import config
from bot.errors import BotError, KnowledgeStale, ShopUnavailable
from bot.shop.shops import open_shop
from knowledge.index import check_index

PROBE_TIMEOUT_S = 3.0
# A dependency that has to be looked after, but answers customers.
SERVING = "serving: "
# However often monitoring asks, the shop is asked once in this time.
SHOP_ASKED_EVERY_S = 10.0
_shop_asked: tuple[float, str] | None = None


def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the process is alive; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


async def readyz(request: HttpRequest) -> JsonResponse:
    """Every dependency with its state; status 200 if all needed ones are ready, else 503."""
    settings = config()
    async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S, trust_env=False) as client:
        rasa = [_probe(client, url + "/webhooks/seva/") for url in settings.rasa_addresses]
        actions = _probe(client, f"http://127.0.0.1:{settings.actions_port}/health")
        database, index, shop, action_state, *rasa_states = await asyncio.gather(
            sync_to_async(_database_state)(),
            sync_to_async(_index_state)(),
            asyncio.to_thread(_shop_state),
            actions,
            *rasa,
        )
    needed = {"database": database, "index": index, "shop": shop, "actions": action_state}
    needed |= {f"rasa {url}": state for url, state in zip(settings.rasa_addresses, rasa_states, strict=True)}
    ready = all(state == "ready" or state.startswith(SERVING) for state in needed.values())
    body = {"ready": ready, "dependencies": needed, "channels": channel_states(settings)}
    response = JsonResponse(body, status=200 if ready else 503)
    # "Not ready yet" is an answer, no fault: Django would log it as an error at every probe.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _probe(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(url)
    except httpx.HTTPError as error:
        return f"not reachable ({type(error).__name__})"
    return "ready" if answer.status_code == httpx.codes.OK else f"answers {answer.status_code}"


def _database_state() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"not reachable ({type(error).__name__})"
    return "ready" if not plan else f"{len(plan)} migrations are missing: seva up, or seva migrate"


def _index_state() -> str:
    try:
        check_index()
    except KnowledgeStale as error:
        return f"{SERVING}{error}"
    except BotError as error:
        return str(error)
    return "ready"


def _shop_state() -> str:
    global _shop_asked
    now = time.monotonic()
    if _shop_asked is None or now - _shop_asked[0] > SHOP_ASKED_EVERY_S:
        try:
            open_shop().check()
            _shop_asked = (now, "ready")
        except ShopUnavailable as error:
            _shop_asked = (now, f"{SERVING}the shop does not answer ({error.code}: {error})")
    return _shop_asked[1]
