"""From a visitor's words to the answer on the page."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor

Visitors = Callable[[], Visitor]


async def test_a_message_is_acknowledged_and_answered(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    state = await visitor.open()
    assert state["history"] == []
    ack = await visitor.send("how do I return it?", cid="c-1")
    assert (ack["ok"], ack["cid"]) == (True, "c-1")
    shown = await visitor.wait_for_text("about: how do I return it?")
    assert shown["id"] > ack["id"]
    assert shown["turn"]["topic"] == "return.how"
    assert rasa.app.asked[0]["message_id"] == str(ack["id"])
