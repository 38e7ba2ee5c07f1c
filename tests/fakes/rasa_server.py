"""A Rasa that speaks the turn protocol: a small ASGI application with a ledger and faults to order.

It keeps what a real one promises: a repeated message_id gets the recorded answer and runs nothing. What a text makes it
do stands in `_answer`; what goes wrong, and which topics are `near` to a text, is set by the test on the attributes.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.asgi import read_body, reply_json

Json = dict[str, Any]

BUTTONS = [
    {"title": "Refund time", "payload": '/faq{"topic":"refund.time"}', "kind": "related"},
    {"title": "Yes, it helped", "payload": '/helped{"topic":"return.how"}', "kind": "feedback"},
]


@dataclass
class FakeRasa:
    """`asked`: every request in order. `ran`: (conversation, message_id, text or payload) of turns that really ran."""

    token: str
    asked: list[Json] = field(default_factory=list)
    ran: list[tuple[str, str, str]] = field(default_factory=list)
    answers: dict[tuple[str, str], Json] = field(default_factory=dict)
    down: str = ""
    loading: bool = False
    poison: str = ""
    malformed: bool = False
    drop_answers: int = 0
    delay_s: float = 0.0
    hold: asyncio.Event | None = None
    busy: dict[str, int] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)
    side_by_side: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/webhooks/seva/":
            await reply_json(send, 503 if self.loading else 200, {"status": "ok", "model": "fake"})
            return
        body = await read_body(receive)
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {self.token}".encode():
            await reply_json(send, 401, {"error": {"code": "unauthorized", "message": "wrong token"}})
            return
        if scope["path"] == "/webhooks/seva/topics":
            await self._name_topics(json.loads(body), send)
            return
        await self._turn(json.loads(body), send)

    async def _name_topics(self, request: Json, send: Any) -> None:
        self.asked.append(request)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.down:
            await reply_json(send, 503, {"error": {"code": self.down, "message": "not now"}})
        else:
            near = {"topics": self.near.get(request["text"], [])}
            await reply_json(send, 200, {"surprise": True} if self.malformed else near)

    async def _turn(self, request: Json, send: Any) -> None:
        conversation = request["conversation"]
        self.asked.append(request)
        self.busy[conversation] = self.busy.get(conversation, 0) + 1
        self.side_by_side = max(self.side_by_side, self.busy[conversation])
        try:
            status, answer = await self._run(request)
        finally:
            self.busy[conversation] -= 1
        await reply_json(send, status, answer)

    async def _run(self, request: Json) -> tuple[int, Json]:
        key = (request["conversation"], request["message_id"])
        said = str(request["payload"] or request["text"])
        if self.loading:
            return 503, {"error": {"code": "turn_failed", "message": "the model is not loaded yet"}}
        if self.down:
            return 503, {"error": {"code": self.down, "message": "not now"}}
        if self.poison and self.poison in said:
            return 503, {"error": {"code": "turn_failed", "message": "an error"}}
        if self.malformed:
            return 200, {"surprise": True}
        if key in self.answers:
            return 200, {**self.answers[key], "replayed": True}
        if self.hold:
            await self.hold.wait()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        self.ran.append((*key, said))
        self.answers[key] = _answer(request, said)
        if self.drop_answers:
            self.drop_answers -= 1
            return 503, {"error": {"code": "action_unavailable", "message": "the answer was lost on the way"}}
        return 200, self.answers[key]


def _answer(request: Json, said: str) -> Json:
    language = request["context"].get("language") or "en"
    turn: Json = {
        "route": "faq", "topic": "return.how", "product": None, "order": None, "confidence": 0.9,
        "language": language, "script": "Latn", "decision": "answer", "reason": None, "alternatives": [],
        "ms": {"nlu": 5.0, "actions": 3.0, "total": 9.0},
    }  # fmt: skip
    replies: list[Json] = [{"text": f"about: {said}", "buttons": [], "image": None, "cards": []}]
    if "buttons" in said:
        replies[0]["buttons"] = BUTTONS
    if "two" in said:
        replies.append({"text": "and a second one", "buttons": [], "image": None, "cards": []})
    if "gujarati" in said:
        turn |= {"language": "gu", "script": "Gujr"}
    if "cards" in said:
        button = {"title": "Ask about it", "payload": '/product_info{"product":"kurta"}'}
        replies[0]["cards"] = [{"title": "Kurta", "price": "₹899", "buttons": [button]}]
    if "person" in said:
        turn |= {
            "route": "human",
            "topic": None,
            "decision": "hand_off",
            "reason": "asked",
            "summary": {"tried": ["x"]},
        }
        replies = [{"text": "I am passing you on.", "buttons": [], "image": None, "cards": []}]
    if "damaged" in said:
        turn["awaits"] = "photo"
    if "silence" in said:
        replies = []
    return {"message_id": request["message_id"], "replayed": False, "replies": replies, "turn": turn}
