"""Tells open desk pages that something happened, as server-sent events; the pages then fetch what they show.

An event carries ids and states only. A stream ends after a while, so that the browser asks again and is checked again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from bot.conversations.events import Event
from bot.conversations.feed import get_feed
from bot.desk.access import may_use_desk

KEEP_ALIVE_S = 15.0
STREAM_S = 600.0


async def feed(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The stream, for agents."""
    if not may_use_desk(await request.auser()):
        # 204 makes an EventSource stop asking.
        return HttpResponse(status=204)
    response = StreamingHttpResponse(_stream(get_feed().subscribe()), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _stream(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + STREAM_S
    # Whatever was missed while the page was not listening is looked up by it now.
    yield b'retry: 1500\ndata: {"name": "resync", "conversation": "", "state": ""}\n\n'
    coming = asyncio.ensure_future(anext(events))
    try:
        while loop.time() < ends_at:
            done, _ = await asyncio.wait({coming}, timeout=KEEP_ALIVE_S)
            if not done:
                yield b": still here\n\n"
                continue
            event = coming.result()
            coming = asyncio.ensure_future(anext(events))
            shown = {"name": event.name, "conversation": event.conversation, "state": event.state}
            yield f"data: {json.dumps(shown)}\n\n".encode()
    finally:
        coming.cancel()
