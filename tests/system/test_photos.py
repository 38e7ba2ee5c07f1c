"""A damaged item is returned in the web chat with a photo of it, through the trained model; the desk sees the photo."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from bot.language.texts import say
from tests.fakes.visitor import Visitor, wait_until
from tests.system.conftest import System

pytestmark = pytest.mark.rasa
ANSWER_S = 60.0


@pytest.fixture
async def visitor(system: System) -> AsyncIterator[Visitor]:
    opened = Visitor(system.url)
    await opened.open()
    yield opened
    await opened.leave()


def draw_photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "brown").save(file, "JPEG")
    return file.getvalue()


async def hear(visitor: Visitor, cid: str, text: str) -> str:
    """Says it and gives what the assistant answers."""
    ack = await visitor.send(text, cid=cid)
    return await wait_for_answer(visitor, int(ack["id"]))


async def wait_for_answer(visitor: Visitor, after_id: int) -> str:
    def answers() -> list[str]:
        return [
            one["text"] for key, one in sorted(visitor.shown.items()) if key > after_id and one["author"] != "contact"
        ]

    await wait_until(answers, "an answer", ANSWER_S)
    # What belongs to one turn comes at once, the question last.
    return "\n".join(answers())


async def test_a_photo_of_the_damage_goes_with_its_return(system: System, visitor: Visitor) -> None:
    await hear(visitor, "1", "I want to return TT-10453 jignesh.shah@example.in")
    await hear(visitor, "2", "1")
    asked = await hear(visitor, "3", "it came broken")
    assert "photo" in asked.lower()
    headers = {"X-Seva-Session": visitor.session_id or "", "X-Seva-Cid": "photo-1", "X-Seva-Language": "en"}
    async with httpx.AsyncClient(base_url=system.url) as http:
        ack = (await http.post("/chat/files", content=draw_photo(), headers=headers)).json()
    thanked = await wait_for_answer(visitor, ack["id"])
    assert say("order_tasks.photo.taken", "en") in thanked
    assert say("system.unread.image", "en") not in thanked
    # The open question comes again, and the return goes on.
    assert "like best" in thanked
    assert "hand it over" in await hear(visitor, "4", "a new one please")
    stored = system.read_rows("SELECT kind, state, mime_type FROM conversations_attachment")
    assert ("image", "stored", "image/jpeg") in stored
