"""A burst of short messages is one turn: what waits together is asked together, and a pressed button stands alone."""

from __future__ import annotations

from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.turns import open_turn
from tests.bot.conversations.conftest import Say


def pending() -> list[Message]:
    """What waits for the assistant, in order, each with its turn."""
    return list(Message.objects.filter(handling="pending").select_related("turn").order_by("id"))


def test_a_burst_is_one_turn(say: Say) -> None:
    for text in ("hi", "my order", "TT-10445", "where is it"):
        say(text)
    turn = open_turn(Conversation.objects.get(), pending())
    assert turn.text == "hi\nmy order\nTT-10445\nwhere is it"
    say("hello?")
    assert open_turn(Conversation.objects.get(), pending()).pk == turn.pk
    assert Turn.objects.count() == 1
