"""The web chat's Socket.IO server: reads frames, records them through the contract's `Inbox`, sends what it is given.

Frames of one socket are handled one after the other, so that order on the wire is order in the conversation. Knows no
database; who answers and what is remembered is the heart's business.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

import socketio

from bot.channels.contract import InboundMessage, Inbox, Limits, OutboundMessage, Profile, Recorded, Sent, SessionState
from bot.channels.webchat.doors import SESSIONS_WINDOW_S, Doors
from bot.channels.webchat.file_links import FileLinks
from bot.channels.webchat.frames import (
    SessionRequest,
    Uttered,
    build_ack,
    build_bot_uttered,
    parse_id,
    parse_session_request,
    parse_uttered,
)
from bot.channels.webchat.limits import RateLimit
from bot.channels.webchat.sessions import NAME, SessionIds, hash_session
from bot.channels.webchat.visitors import Visitor
from bot.errors import BotError, PayloadMalformed
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES, say

FRAME_BYTES_MAX = 100_000
OTHER_FRAMES_MAX = 40
# One a second and those right after a message; more are overheard.
SIGNS_MAX = 20
SESSION_CHARS_MAX = 200
# Beyond every message's id: asks for a session without its history.
NOTHING_AFTER = 2**63 - 1

_log = logging.getLogger(__name__)
Answer = dict[str, Any]


class WebChat:
    """The channel `webchat`. `is_allowed_origin` guards the handshake, websocket and polling alike."""

    name = NAME
    limits = Limits(text_max=20_000, buttons_max=12, button_title_max=60, cards=True, images=True)

    def __init__(
        self,
        secret_key: str,
        message_rate: int,
        is_allowed_origin: Callable[[str | None], bool],
        doors: Doors,
        redis_url: str = "",
    ) -> None:
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            async_handlers=False,
            client_manager=socketio.AsyncRedisManager(redis_url) if redis_url else None,
            cors_allowed_origins=lambda origin, environ: is_allowed_origin(origin),
            max_http_buffer_size=FRAME_BYTES_MAX,
            ping_interval=25,
            ping_timeout=20,
            logger=False,
            engineio_logger=False,
        )
        self._doors = doors
        self._ids = SessionIds(secret_key)
        self._links = FileLinks(secret_key)
        self._messages = RateLimit(message_rate)
        self._others = RateLimit(OTHER_FRAMES_MAX)
        self._signs = RateLimit(SIGNS_MAX)
        self._visitors: dict[str, Visitor] = {}
        self._inbox: Inbox | None = None
        for event, handler in (
            ("connect", self._on_connect),
            ("session_request", self._on_session_request),
            ("user_uttered", self._on_user_uttered),
            ("read", self._on_read),
            ("typing", self._on_typing),
            ("disconnect", self._on_disconnect),
        ):
            self.server.on(event, handler)

    def attach(self, inbox: Inbox) -> None:
        """Joins the channel to the heart; before the first connection."""
        self._inbox = inbox

    async def stop(self) -> None:
        """Ends the server's own tasks and its connection to Redis."""
        await self.server.shutdown()
        manager = self.server.manager
        listening = getattr(manager, "thread", None)
        if listening:
            listening.cancel()
            await asyncio.wait({listening})
        if getattr(manager, "redis", None):
            await manager.pubsub.close()
            await manager.redis.close(close_connection_pool=True)

    async def send(self, message: OutboundMessage) -> Sent:
        """Shows it on every open page of the session; a page that is closed finds it in its history."""
        named = [{"id": f.id, "kind": f.kind, "name": f.file_name, "shown": f.shown} for f in message.files]
        frame = build_bot_uttered(message, self._links.describe(named))
        await self.server.emit("bot_uttered", frame, room=message.user_external_id)
        return Sent()

    async def show_typing(self, user_external_id: str, on: bool, who: str) -> None:
        """A sign that somebody writes."""
        await self.server.emit("typing", {"on": on, "who": who}, room=user_external_id)

    async def show_state(self, user_external_id: str, state: str, agent_name: str) -> None:
        """Who answers now."""
        await self.server.emit("conversation_state", {"state": state, "agent": agent_name}, room=user_external_id)

    async def show_read(self, user_external_id: str, up_to_id: int) -> None:
        """Somebody of the shop has seen the visitor's words up to this message."""
        await self.server.emit("read", {"up_to_id": up_to_id}, room=user_external_id)

    async def echo(self, user_external_id: str, frame: Answer) -> None:
        """The visitor's own message, in all of their open pages; one that has it already drops it."""
        await self.server.emit("user_echo", frame, room=user_external_id)

    async def _on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        wait_s = self._doors.take_socket(sid, environ)
        if wait_s:
            frame = {"code": "busy", "text": say("system.refused.busy", "en"), "retry_after_s": wait_s}
            raise socketio.exceptions.ConnectionRefusedError("busy", frame)

    async def _on_session_request(self, sid: str, data: object = None) -> Answer:
        wait_s = self._others.take(sid)
        if wait_s:
            return await self._refuse(sid, "rate_limited", "", wait_s)
        request = parse_session_request(data)
        try:
            wanted = await self._recognise(request.session_id)
            wait_s = 0.0 if wanted or sid in self._visitors else self._doors.take_session(sid)
            if wait_s:
                return await self._refuse(sid, "busy", "", wait_s)
            visitor, state = await self._open_session(sid, wanted, request)
        except Exception:
            _log.exception("a session of the web chat was not opened")
            return await self._refuse(sid, "unavailable", "", 2.0)
        await self.server.emit("session_confirm", visitor.session_id, to=sid)
        await self.server.emit("session_state", self._describe(visitor.session_id, state), to=sid)
        visitor.language = request.language or state.language
        return {"ok": True}

    async def _open_session(
        self, sid: str, wanted: str | None, request: SessionRequest
    ) -> tuple[Visitor, SessionState]:
        """The session `wanted`, else a new one; with what it remembers.

        Entered before it is read, so that no message falls between the two; one that is in both is shown once.
        """
        visitor = await self._enter(sid, wanted or self._ids.issue(), request)
        if not wanted:
            return visitor, SessionState(known=False)
        return visitor, await self._require_inbox().open_session(NAME, visitor.user, request.last_id)

    async def _recognise(self, session_id: object) -> str | None:
        """The id if it is one of ours: issued here, or known from before the installation's key was changed."""
        if not isinstance(session_id, str) or not 0 < len(session_id) <= SESSION_CHARS_MAX:
            return None
        if self._ids.is_issued(session_id):
            return session_id
        state = await self._require_inbox().open_session(NAME, hash_session(session_id), NOTHING_AFTER)
        return session_id if state.known else None

    async def _enter(self, sid: str, session_id: str, request: SessionRequest) -> Visitor:
        before = self._visitors.get(sid)
        visitor = Visitor(session_id, hash_session(session_id), request.language, request.page)
        if before and before.user != visitor.user:
            await self.server.leave_room(sid, before.user)
        self._visitors[sid] = visitor
        await self.server.enter_room(sid, visitor.user)
        return visitor

    async def _on_user_uttered(self, sid: str, data: object = None) -> Answer:
        try:
            uttered = parse_uttered(data)
        except PayloadMalformed:
            return await self._refuse(sid, "bad_frame")
        visitor = await self._find_visitor(sid, uttered)
        if visitor is None:
            return await self._refuse(sid, "busy", uttered.cid, SESSIONS_WINDOW_S / 2)
        wait_s = self._messages.take(visitor.user)
        if wait_s:
            return await self._refuse(sid, "rate_limited", uttered.cid, wait_s)
        try:
            recorded = await self._require_inbox().record(_build_inbound(visitor, uttered))
        except BotError as error:
            return await self._refuse(sid, error.code, uttered.cid)
        except Exception:
            _log.exception("a message of the web chat was not stored")
            return await self._refuse(sid, "unavailable", uttered.cid, 2.0)
        visitor.note_sent()
        if not recorded.duplicate:
            await self._echo(sid, visitor, uttered, recorded)
        return build_ack(uttered, recorded)

    async def _find_visitor(self, sid: str, uttered: Uttered) -> Visitor | None:
        """Whose message this is: the session it names if that is one of ours, else the socket's own; None: too many."""
        visitor = self._visitors.get(sid)
        named = uttered.session_id
        if visitor and (named is None or named == visitor.session_id):
            return visitor
        ours = await self._recognise(named)
        if visitor and not ours:
            return visitor
        if not ours and self._doors.take_session(sid):
            return None
        request = SessionRequest(named, language=visitor.language if visitor else "")
        entered = await self._enter(sid, ours or self._ids.issue(), request)
        if not ours:
            await self.server.emit("session_confirm", entered.session_id, to=sid)
        return entered

    async def _echo(self, sid: str, visitor: Visitor, uttered: Uttered, recorded: Recorded) -> None:
        """The visitor's own words in their other open pages."""
        frame = {"id": recorded.id, "cid": uttered.cid, "text": recorded.text, "ts": recorded.at.isoformat()}
        await self.server.emit("user_echo", frame, room=visitor.user, skip_sid=sid)

    async def _on_read(self, sid: str, data: object = None) -> None:
        visitor = self._visitors.get(sid)
        up_to_id = parse_id(data.get("up_to_id")) if isinstance(data, dict) else 0
        if visitor and up_to_id and not self._others.take(sid):
            await self._require_inbox().mark_read(NAME, visitor.user, up_to_id)

    async def _on_typing(self, sid: str, data: object = None) -> None:
        """The customer writes: what waits for that waits on. Nobody is shown it."""
        visitor = self._visitors.get(sid)
        if visitor is None or not isinstance(data, dict) or self._signs.take(visitor.user):
            return
        if not visitor.note_writing(data.get("on") is True):
            return
        try:
            await self._require_inbox().record_writing(NAME, visitor.user)
        except Exception:
            # What is lost is that pieces are one turn.
            _log.warning("a sign of the web chat was lost", exc_info=True)

    async def _on_disconnect(self, sid: str, reason: object = None) -> None:
        self._visitors.pop(sid, None)
        self._doors.leave(sid)

    async def _refuse(self, sid: str, code: str, cid: str = "", retry_after_s: float = 0.0) -> Answer:
        """Says no kindly: an `error` frame for every widget, and the same as the acknowledgement."""
        visitor = self._visitors.get(sid)
        language = visitor.language if visitor and visitor.language in LANGUAGES else DEFAULT_LANGUAGE
        frame: Answer = {"code": code, "text": say(f"system.refused.{code}", language)}
        if cid:
            frame["cid"] = cid
        if retry_after_s:
            frame["retry_after_s"] = round(retry_after_s, 1)
        await self.server.emit("error", frame, to=sid)
        return {"ok": False, **frame}

    def _describe(self, session_id: str, state: SessionState) -> Answer:
        last_id = state.history[-1]["id"] if state.history else 0
        return {
            "session_id": session_id,
            "conversation": state.conversation or None,
            "state": state.state,
            "agent": state.agent_name or None,
            "language": state.language or None,
            "last_id": last_id if state.known_to is None else min(last_id, state.known_to),
            "history": self._links.add_to(state.history),
            "more": state.more,
            "read_up_to_id": state.read_up_to,
        }

    def _require_inbox(self) -> Inbox:
        if self._inbox is None:
            raise RuntimeError("the web chat is not attached")
        return self._inbox


def _build_inbound(visitor: Visitor, uttered: Uttered) -> InboundMessage:
    """`external_id`: the session and the page's own id of the message, so that sending again is one row."""
    return InboundMessage(
        channel=NAME,
        external_id=f"{visitor.user}:{uttered.cid or uuid.uuid4().hex}",
        user_external_id=visitor.user,
        text=uttered.text,
        choice=uttered.choice,
        profile=Profile(language=visitor.language, page=visitor.page),
        writes_on=visitor.is_writing,
    )
