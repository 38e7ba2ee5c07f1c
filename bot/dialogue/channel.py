"""The only way into Rasa: an input channel that takes turns from the gateway and never hides a failure.

Named in credentials.yml. `POST /webhooks/seva/turn` takes a turn, `POST /webhooks/seva/topics` names the FAQ topics
that fit a message and keeps nothing of it, `GET /webhooks/seva/` tells whether the model is loaded. Logs carry neither
customers' words nor tracebacks with values. Imports no Django.
"""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.config import config
from bot.dialogue.action_client import ActionBroken, ActionEndpoint, ActionUnavailable
from bot.dialogue.commands import MalformedCommand
from bot.dialogue.protocol import Json, TurnRequest
from bot.dialogue.tracker_store import BoundedTrackerStore
from bot.dialogue.turns import TurnFailed, TurnRunner
from bot.dialogue.wire import Misshapen, parse_request
from bot.errors import ConfigError

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024
Work = Callable[[TurnRunner, TurnRequest], Awaitable[Json]]


class TurnChannel(InputChannel):
    """Made by Rasa from credentials.yml; asks for the token of the settings in every call."""

    def __init__(self, token: str, actions_url: str | None) -> None:
        self._token = token.encode()
        self._actions_url = actions_url
        self._runner: TurnRunner | None = None
        self._agent: Agent | None = None

    @classmethod
    def name(cls) -> str:
        """Part of the address: /webhooks/seva/."""
        return "seva"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        """Raises ConfigError without RASA_TOKEN: an open Rasa would take commands from anybody."""
        token = config().rasa_token.reveal()
        if not token:
            raise ConfigError("RASA_TOKEN is not set; `seva setup` generates it")
        return cls(token, f"http://127.0.0.1:{config().actions_port}/webhook")

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Rasa's own `on_new_message` stays unused: it is what swallows failures."""
        routes = Blueprint("seva_turns")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return self._health(request)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda runner, asked: runner.take(asked))

        @routes.post("/topics")
        async def topics(request: Request) -> HTTPResponse:
            return await self._answer(request, _find_topics)

        @routes.listener("after_server_start")
        async def warm_up(app: Sanic, _: object) -> None:
            # Rasa has loaded the model by now. Whoever writes first shall not wait for what is opened at first use.
            if _agent(app):
                self._ready(app)

        return routes

    def _health(self, request: Request) -> HTTPResponse:
        agent = _agent(request.app)
        if agent is None:
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", "the model is not loaded yet")
        return json({"status": "ok", "model": agent.model_id})

    async def _answer(self, request: Request, work: Work) -> HTTPResponse:
        given = (request.headers.get("authorization") or "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            return _error(HTTPStatus.UNAUTHORIZED, "unauthorized", "wrong token")
        if len(request.body) > MAX_BODY_BYTES:
            return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "body is too large")
        try:
            asked = parse_request(request.body)
            return json(await work(self._ready(request.app), asked))
        except (Misshapen, MalformedCommand) as error:
            return _error(HTTPStatus.BAD_REQUEST, "malformed", str(error))
        except (ActionUnavailable, TimeoutError) as error:
            logger.error("turn not taken: action server: %s", error or "too slow")
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "action_unavailable", "the action server did not answer")
        except Exception as error:  # the outermost frame of a turn: every failure becomes one honest answer
            logger.error("turn not taken: %s", _where(error))
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "turn_failed", "the turn could not be taken")

    def _ready(self, app: Sanic) -> TurnRunner:
        agent = _agent(app)
        if agent is None:
            raise TurnFailed("the model is not loaded yet")
        if self._runner is None or self._agent is not agent:
            url = self._actions_url or agent.action_endpoint.url
            self._agent, self._runner = agent, TurnRunner(agent.processor, _bounded(agent), ActionEndpoint(url))
            self._runner.warm_up()
        return self._runner


async def _find_topics(runner: TurnRunner, asked: TurnRequest) -> Json:
    return {"topics": runner.find_topics(asked)}


def _agent(app: Sanic) -> Agent | None:
    agent: Agent | None = getattr(app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _bounded(agent: Agent) -> BoundedTrackerStore:
    """Our store from under Rasa's wrapper, which would answer a failed read with an empty conversation."""
    store = agent.tracker_store
    while not isinstance(store, BoundedTrackerStore):
        store = getattr(store, "_tracker_store", None)
        if store is None:
            raise ConfigError("endpoints.yml does not name bot.dialogue.tracker_store.BoundedTrackerStore")
    return store


def _error(status: HTTPStatus, code: str, message: str) -> HTTPResponse:
    return json({"error": {"code": code, "message": message}}, status=status)


def _where(error: Exception) -> str:
    """Kind and places of an error; its text may hold a customer's words and stays out."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    reason = f" ({error})" if isinstance(error, TurnFailed | ActionBroken | ConfigError) else ""
    return f"{type(error).__name__}{reason} at " + " < ".join(
        f"{frame.name}:{frame.lineno}" for frame in reversed(frames)
    )
