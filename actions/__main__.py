"""The action server: `python -m actions`. Loopback only, short answers, and errors that tell nothing of the customer.

The SDK's own server answers an exception with the whole tracker and its text; here both stay inside. A plain `def run`
goes to Django's thread, so that a query does not hold up other conversations.
"""

from __future__ import annotations

import functools
import inspect
import logging
import traceback
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.config import config
from bot.errors import ConfigError

logger = logging.getLogger("actions")

HOST = "127.0.0.1"
Run = Callable[..., Any]


# Not this action's fault but that of what all of them stand on: the message waits until it is mended.
OUTAGES = (InterfaceError, OperationalError, ConfigError)


class ActionFailed(Exception):
    """An action raised; the text is a number to look up in the log and no more.

    `status`: 500, with which this turn has failed, or 503, with which no turn can be answered now.
    """

    def __init__(self, text: str, error: Exception) -> None:
        super().__init__(text)
        away = isinstance(error, OUTAGES)
        self.status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR


class GuardedExecutor(ActionExecutor):
    """Wraps every action at registration, so that no module can forget to."""

    def register_function(self, name: str, f: Run) -> None:
        """Registers `f` with its failures made neutral. A class without a name is a base of others and no action."""
        if name:
            super().register_function(name, guarded(name, f))


def guarded(name: str, run: Run) -> Callable[..., Awaitable[Any]]:
    """`run` that raises nothing but ActionFailed and the refusal that forms need; plain functions run in a thread."""
    call = run if inspect.iscoroutinefunction(run) else sync_to_async(run)

    @functools.wraps(run)
    async def wrapped(dispatcher: Any, tracker: Any, domain: Any) -> Any:
        try:
            return await call(dispatcher, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:  # the outermost frame of an action: its text may hold the customer's words
            number = uuid.uuid4().hex[:12]
            logger.error("%s failed, error %s: %s", name, number, _where(error))
            raise ActionFailed(f"{name} failed, error {number}", error) from None

    return wrapped


def make_app(package: str = "actions") -> Sanic:
    """The server's application with every action of `package`. Ends the process when one cannot be imported."""
    app = Sanic("seva_actions", configure_logging=False)
    executor = GuardedExecutor()
    executor.register_package(package)

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json({"status": "ok", "actions": len(executor.actions)})

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        return await _answer(executor, request)

    return app


async def _answer(executor: ActionExecutor, request: Request) -> HTTPResponse:
    try:
        call = request.json
        name = str(call["next_action"])
    except Exception:  # Sanic raises several kinds for a body that is no JSON
        return json({"error": "not an action call"}, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return json(await executor.run(call))
    except ActionExecutionRejection:
        return json({"error": "refused", "action_name": name}, HTTPStatus.BAD_REQUEST)
    except ActionNotFoundException:
        logger.error("no action named %s", name if name.isidentifier() else "?")
        return json({"error": "no such action"}, HTTPStatus.NOT_FOUND)
    except ActionFailed as failed:
        return json({"error": str(failed)}, failed.status)
    except Exception as error:
        logger.error("%s failed: %s", name, _where(error))
        return json({"error": "failed"}, HTTPStatus.INTERNAL_SERVER_ERROR)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


def main() -> None:
    """Serves until ended."""
    logging.basicConfig(level=config().log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    make_app().run(HOST, config().actions_port, access_log=False, debug=False)


if __name__ == "__main__":
    main()
