"""Calls of Telegram's Bot API over HTTP, and what can go wrong with one as typed errors. Knows no messages of ours.

The token is part of every address (CHANNELS 2.1): nothing that leaves this module, errors and logs included, shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.config import Secret
from bot.errors import ChannelError

Json = dict[str, Any]
File = tuple[str, bytes, str]  # name, content, MIME type

CONNECT_TIMEOUT_S = 10.0
# Longer than Telegram's own pause before it says 429 to somebody who floods (CHANNELS 2.5).
ANSWER_TIMEOUT_S = 20.0
UPLOAD_TIMEOUT_S = 60.0
_TOKEN = re.compile(r"\d+:[\w-]{20,}")
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))


class ApiRefused(ChannelError):
    """Telegram answered no. `code` as HTTP's, `retry_after_s` where it names one, `moved_to`: the chat's new id."""

    code = "telegram_refused"

    def __init__(self, error_code: int, description: str, retry_after_s: float | None = None, moved_to: int = 0):
        super().__init__(f"Telegram answers {error_code}: {description}")
        self.error_code = error_code
        self.description = description
        self.retry_after_s = retry_after_s
        self.moved_to = moved_to


class ApiUnanswered(ChannelError):
    """No answer that can be read. `maybe_done`: the request had left, so it may have been carried out."""

    code = "telegram_unanswered"

    def __init__(self, reason: str, maybe_done: bool) -> None:
        super().__init__(f"Telegram does not answer ({reason})")
        self.reason = reason
        self.maybe_done = maybe_done


class BotApi:
    """One bot's calls. One per event loop; safe for any number of tasks."""

    def __init__(self, token: Secret, api_url: str, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._token = token
        self._url = api_url.rstrip("/")
        self._answer_timeout_s = answer_timeout_s
        # A proxy of the environment is for the outside only.
        outside = urlsplit(self._url).hostname not in _LOCAL
        self._http = httpx.AsyncClient(trust_env=outside)

    @property
    def bot_id(self) -> str:
        """The bot's own user id: the first part of its token."""
        return self._token.reveal().partition(":")[0]

    async def call(
        self, method: str, params: Json | None = None, files: dict[str, File] | None = None, wait_s: float = 0.0
    ) -> Any:
        """The `result` of one method. `wait_s`: how much longer than usual the answer may take.

        Raises: ApiRefused; ApiUnanswered.
        """
        url = f"{self._url}/bot{self._token.reveal()}/{method}"
        answer_s = UPLOAD_TIMEOUT_S if files else self._answer_timeout_s
        timeout = httpx.Timeout(answer_s + wait_s, connect=CONNECT_TIMEOUT_S)
        content: Json = {"data": _as_fields(params or {}), "files": files} if files else {"json": params or {}}
        try:
            answer = await self._http.post(url, timeout=timeout, **content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ApiUnanswered(type(error).__name__, maybe_done=False) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiUnanswered(type(error).__name__, maybe_done=True) from None
        return _read_answer(answer)

    async def download(self, file_path: str) -> AsyncIterator[bytes]:
        """A file's bytes by the `file_path` of getFile. Raises: ApiRefused; ApiUnanswered."""
        url = f"{self._url}/file/bot{self._token.reveal()}/{file_path}"
        try:
            async with self._http.stream("GET", url, timeout=UPLOAD_TIMEOUT_S) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise ApiRefused(answer.status_code, "no such file")
                async for chunk in answer.aiter_bytes():
                    yield chunk
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiUnanswered(type(error).__name__, maybe_done=False) from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()


def hide_token(text: str) -> str:
    """The text with anything that looks like a bot's token blotted out."""
    return _TOKEN.sub("<token>", text)


def _as_fields(params: Json) -> dict[str, str]:
    """Parameters beside a file: words as they are, anything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}


def _read_answer(answer: httpx.Response) -> Any:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("ok") is True:
        return body.get("result")
    if answer.is_success:
        raise ApiUnanswered("an answer that is no Bot API answer", maybe_done=True)
    told = body if isinstance(body, dict) else {}
    parameters = told.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    raise ApiRefused(
        answer.status_code,
        hide_token(str(told.get("description") or answer.reason_phrase))[:200],
        _number(parameters.get("retry_after")),
        int(_number(parameters.get("migrate_to_chat_id")) or 0),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
