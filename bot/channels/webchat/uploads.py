"""Takes pictures and documents from the chat window: `POST /chat/files`, the file itself as the body.

An ASGI application beside Django, which would put the whole body aside before anybody looks at it. A file is counted
while it arrives, looked into, kept in the store, and only then recorded as a message; a page that hears nothing sends
it again with the same `cid`, and it is one message. docs/protocol-webchat.md has the headers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import unquote

from bot.channels.contract import InboundMessage, Profile, Recorded
from bot.channels.media import Attachment, Kept, MediaReceipt, MediaRefused, MediaStore
from bot.channels.webchat.file_links import PATH, FileLinks
from bot.channels.webchat.frames import is_cid
from bot.channels.webchat.limits import RateLimit
from bot.channels.webchat.sessions import NAME, SessionIds, hash_session
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES, say

# What a shop's agent can look at; by the bytes, whatever the file calls itself.
TAKEN = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"))
# Files of one session in a minute (SECURITY 6: 5 a message), and how long a slow phone may take for one.
FILES_MAX, WINDOW_S = 10, 60.0
UPLOAD_TIMEOUT_S = 180.0
NAME_CHARS_MAX = 255

Json = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)
# What the store refuses for, and what the page is told. Anything else is a wish to try again.
_CODES = {
    "too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_large"),
    "kind": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "file_kind"),
    "empty": (HTTPStatus.BAD_REQUEST, "empty"),
    "quota": (HTTPStatus.FORBIDDEN, "file_quota"),
}


class FileInbox(Protocol):
    """What of the heart is needed here."""

    async def record(self, message: InboundMessage) -> Recorded: ...

    async def has_room_for(self, channel: str, user_external_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """What the headers say; `user` is the session's stored name."""

    user: str
    cid: str
    name: str
    language: str
    size: int


class Gone(Exception):
    """The page went away before the file was whole."""


class Uploads:
    """`echo` tells the session's other open pages: user, and the frame of `user_echo`."""

    def __init__(
        self,
        secret_key: str,
        inbox: FileInbox,
        store: MediaStore,
        echo: Callable[[str, Json], Awaitable[None]],
        size_max_mb: int,
    ) -> None:
        self._ids = SessionIds(secret_key)
        self._links = FileLinks(secret_key)
        self._inbox = inbox
        self._store = store
        self._echo = echo
        self._size_max_mb = size_max_mb
        self._files = RateLimit(FILES_MAX, WINDOW_S)

    def has(self, path: str) -> bool:
        """Whether a request for this path is one of ours."""
        return path == PATH

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request, answered with JSON: `{ok, cid, id, ts, files}` or `{ok: false, code, text, retry_after_s?}`."""
        status, answer = await self._answer(scope, receive)
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        headers += [(b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive) -> tuple[HTTPStatus, Json]:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        language = headers.get("x-seva-language", "")
        language = language if language in LANGUAGES else DEFAULT_LANGUAGE
        upload = self._read(headers, language)
        if scope["method"] != "POST" or upload is None:
            return _refuse(HTTPStatus.FORBIDDEN, "bad_frame", language)
        wait_s = self._files.take(upload.user)
        if wait_s:
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", language, wait_s)
        try:
            async with asyncio.timeout(UPLOAD_TIMEOUT_S):
                return HTTPStatus.OK, await self._take(upload, receive)
        except MediaRefused as error:
            status, code = _CODES.get(error.reason, (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"))
            return _refuse(status, code, language, size=self._size_max_mb)
        except (Gone, TimeoutError):
            return _refuse(HTTPStatus.REQUEST_TIMEOUT, "unavailable", language, 2.0)
        except Exception:
            _log.exception("a file of the web chat was not stored")
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", language, 2.0)

    def _read(self, headers: dict[str, str], language: str) -> Upload | None:
        session, cid = headers.get("x-seva-session", ""), headers.get("x-seva-cid", "")
        if not self._ids.is_issued(session) or not is_cid(cid):
            return None
        name = unquote(headers.get("x-seva-file-name", ""))[:NAME_CHARS_MAX]
        told = headers.get("content-length", "")
        return Upload(hash_session(session), cid, name, language, int(told) if told.isdecimal() else 0)

    async def _take(self, upload: Upload, receive: Receive) -> Json:
        if not await self._inbox.has_room_for(NAME, upload.user):
            raise MediaRefused("quota")
        file_id = uuid.uuid4()
        recorded: Recorded | None = None
        try:
            kept = await self._keep(file_id, upload, receive)
            recorded = await self._inbox.record(_build_inbound(upload, kept))
        finally:
            # Refused, failed, or known from an earlier try: then the file of that one is there.
            if recorded is None or recorded.duplicate:
                await asyncio.to_thread(self._store.delete, file_id)
        ack = {"ok": True, "cid": upload.cid, "id": recorded.id, "ts": recorded.at.isoformat()}
        if recorded.duplicate:
            return ack
        described = {"id": str(file_id), "kind": _kind(kept), "name": upload.name, "shown": kept.shown}
        files = self._links.describe([described])
        await self._echo(upload.user, {"text": "", **ack, "files": files})
        return {**ack, "files": files}

    async def _keep(self, file_id: uuid.UUID, upload: Upload, receive: Receive) -> Kept:
        with self._store.receive(file_id) as incoming:
            incoming.expect(upload.size)
            await _pour(receive, incoming)
            kept = await asyncio.to_thread(incoming.keep)
        if kept.mime_type not in TAKEN:
            raise MediaRefused("kind")
        return kept


async def _pour(receive: Receive, incoming: MediaReceipt) -> None:
    """The body into the file. Raises: Gone, MediaRefused."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        more = bool(message.get("more_body"))
        if chunk := bytes(message.get("body", b"")):
            incoming.write(chunk)


def _kind(kept: Kept) -> str:
    return "image" if kept.mime_type.startswith("image/") else "document"


def _build_inbound(upload: Upload, kept: Kept) -> InboundMessage:
    """A message without words, known by the page's own id like any other."""
    kind = _kind(kept)
    return InboundMessage(
        channel=NAME,
        external_id=f"{upload.user}:{upload.cid}",
        user_external_id=upload.user,
        text="",
        kind=kind,
        profile=Profile(language=upload.language),
        reading="notice",
        attachments=(Attachment(kind, "", kept.mime_type, upload.name, kept=kept),),
    )


def _refuse(
    status: HTTPStatus, code: str, language: str, retry_after_s: float = 0.0, **values: object
) -> tuple[HTTPStatus, Json]:
    answer: Json = {"ok": False, "code": code, "text": say(f"system.refused.{code}", language, **values)}
    return status, answer | ({"retry_after_s": round(retry_after_s, 1)} if retry_after_s else {})
