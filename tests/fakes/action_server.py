"""A real HTTP server in the place of the action server: answers by a function, counts calls and connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Answer = dict[str, Any]


def says(text: str, **more: Any) -> Answer:
    """An action's answer: one bubble, in the shape the SDK sends."""
    return {"events": [], "responses": [{"text": text, "buttons": [], **more}]}


# Actions that open a form, and the form.
OPENS = {"action_answer_order_status": "orders_status_form"}


class ActionServer:
    """`answer(name, tracker)` gives the body; an int in its place is an HTTP status."""

    def __init__(self) -> None:
        self.answer: Callable[[str, Answer], Answer | int] = lambda name, tracker: says(name)
        self.calls: list[Answer] = []
        self.peers: set[Any] = set()
        self.delay_s = 0.0
        self.url = ""

    def names(self) -> list[str]:
        """The actions that were called, in order."""
        return [call["next_action"] for call in self.calls]

    async def _webhook(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(body)
        self.peers.add(request.transport.get_extra_info("peername") if request.transport else None)
        await asyncio.sleep(self.delay_s)
        answer = self.answer(body["next_action"], body["tracker"])
        if isinstance(answer, int):
            return web.json_response({"error": "x", "action_name": body["next_action"]}, status=answer)
        if body["next_action"] in OPENS:
            # As the shop's own action does: it says nothing and lets the form ask.
            answer = {"events": [{"event": "followup", "name": OPENS[body["next_action"]]}], "responses": []}
        return web.json_response(answer)


@asynccontextmanager
async def running_action_server() -> AsyncIterator[ActionServer]:
    """A server on a free port of loopback, ended at the end of the block."""
    server = ActionServer()
    app = web.Application(client_max_size=10 * 1024 * 1024)
    app.router.add_post("/webhook", server._webhook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}/webhook"
    try:
        yield server
    finally:
        await runner.cleanup()
