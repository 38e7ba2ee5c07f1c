"""The live connection of an open desk page, as server-sent events: what happened, and what changed in its list.

An event carries ids and states; the page then fetches what it shows, except the list, whose changed lines come with it.
A stream ends after a while, so that the browser asks again and is checked again. While it is open its agent is there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from bot.accounts.sign_ins import ENDED
from bot.conversations.events import CONVERSATION_TAKEN, PASSING, Event
from bot.conversations.feed import CLOSING, get_feed
from bot.desk.access import desk_language, may_use_desk
from bot.desk.presence import connected, note_seen
from bot.desk.pushing import LOOK_S, ListPusher
from bot.desk.queue import read_wanted

KEEP_ALIVE_S = 15.0
STREAM_S = 600.0
STILL_HERE = b": still here\n\n"
RESYNC = {"name": "resync", "conversation": "", "state": ""}


async def feed(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The stream, for agents; its address asks for a list as that of `lists.conversation_list` does."""
    user = await request.auser()
    if not may_use_desk(user) or user.pk is None:
        # 204 makes an EventSource stop asking.
        return HttpResponse(status=204)
    pool = get_feed().pool
    if pool is None:
        raise RuntimeError("a feed for pages reads the database")
    # Also after a time without connection: who comes back is there at once.
    await pool.write(note_seen, user.pk)
    pusher = ListPusher(get_feed(), pool, read_wanted(request.GET), desk_language(request), user.pk)
    response = StreamingHttpResponse(_stream(get_feed().subscribe(), pusher), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _stream(events: AsyncIterator[Event], pusher: ListPusher) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + STREAM_S
    look_at = 0.0
    # Whatever was missed while the page was not listening is looked up by it now.
    yield b"retry: 1500\n" + _write(RESYNC)
    coming = asyncio.ensure_future(anext(events))
    try:
        with connected(pusher.agent_id):
            while (now := loop.time()) < ends_at:
                if now >= (pusher.due_at or look_at):
                    look_at = now + LOOK_S
                    changed = await pusher.look(now)
                    yield _write(changed) if changed else STILL_HERE
                    continue
                until = min(pusher.due_at or look_at, now + KEEP_ALIVE_S)
                done, _ = await asyncio.wait({coming}, timeout=max(0.0, until - now))
                if done:
                    event = coming.result()
                    coming = asyncio.ensure_future(anext(events))
                    if event == CLOSING:
                        # The browser asks again, and finds the gateway that comes next.
                        return
                    if event.name == ENDED:
                        # Signed out somewhere: the browser asks again and is checked again.
                        if event.data.get("user") == pusher.agent_id:
                            return
                        continue
                    pusher.hear(event, loop.time())
                    if event.data.get("agent") != pusher.agent_id or event.name not in PASSING:
                        yield _write(_build(event))
                elif not pusher.due_at:
                    yield STILL_HERE
    finally:
        coming.cancel()


def _build(event: Event) -> dict[str, Any]:
    """What pages may know; of a colleague who has it now, looks or writes also who it is."""
    shown = {"name": event.name, "conversation": event.conversation, "state": event.state}
    if event.name == CONVERSATION_TAKEN:
        shown["agent_name"] = event.data.get("agent_name", "")
    if event.name in PASSING and "agent" in event.data:
        shown |= {key: event.data[key] for key in ("agent", "who", "on") if key in event.data}
        shown["agent_name"] = event.data.get("name", "")
    return shown


def _write(event: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
