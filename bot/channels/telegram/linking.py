"""`POST /telegram/link`: an open web chat asks for the address that goes on with it in Telegram (CHANNELS 2.8).

The page names its session, which only that visitor has; the address holds a token that works once, for ten minutes.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from bot.channels.telegram.api import ApiRefused, ApiUnanswered
from bot.channels.webchat.limits import RateLimit
from bot.channels.webchat.sessions import NAME as WEBCHAT
from bot.channels.webchat.sessions import SessionIds, hash_session
from bot.channels.webhooks import Request, Response

BODY_MAX_BYTES = 2_000
LINKS_MAX, LINKS_WINDOW_S = 5, 60.0
# Makes a token for a person of a channel (`bot.conversations.links`).
IssueLink = Callable[[str, str], Awaitable[str]]


class LinkDoor:
    """An address of `bot.channels.webhooks`."""

    def __init__(self, secret_key: str, find_username: Callable[[], Awaitable[str]], issue: IssueLink) -> None:
        self._ids = SessionIds(secret_key)
        self._find_username = find_username
        self._issue = issue
        self._asked = RateLimit(LINKS_MAX, LINKS_WINDOW_S)

    async def answer(self, request: Request) -> Response:
        """`{"url": "https://t.me/…"}` for `{"session": …}`; see `bot.channels.webhooks.Webhook`."""
        if request.method != "POST":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, "only POST", {"allow": "POST"})
        try:
            session = json.loads(request.body[:BODY_MAX_BYTES])["session"]
        except (ValueError, KeyError, TypeError):
            return Response(HTTPStatus.BAD_REQUEST, "needs a session")
        if not self._ids.is_issued(session):
            return Response(HTTPStatus.FORBIDDEN, "no session of ours")
        user = hash_session(session)
        if self._asked.take(user):
            return Response(HTTPStatus.TOO_MANY_REQUESTS, "too many links")
        try:
            username = await self._find_username()
        except (ApiRefused, ApiUnanswered):
            return Response(HTTPStatus.SERVICE_UNAVAILABLE, "Telegram does not answer")
        url = f"https://t.me/{username}?start={await self._issue(WEBCHAT, user)}"
        return Response(text=json.dumps({"url": url}), headers={"content-type": "application/json"})
