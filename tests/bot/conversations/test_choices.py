"""Who types what a button says, or its number, has pressed it: of the last message only, and nothing looser."""

from __future__ import annotations

import pytest

from bot.channels.contract import Sent
from bot.conversations import steps
from bot.conversations.models import Message
from bot.conversations.outbox import queue_message
from bot.conversations.states import Author
from bot.conversations.steps import Ask, Send
from bot.dialogue.protocol import Button, Card, Reply, TurnRecord, TurnRequest, TurnResult
from tests.bot.conversations.conftest import Say

WAYS = (Button("Refund please", "/refund"), Button("Exchange it", "/exchange"), Button("Agent", "/human", "person"))
GUJARATI = (Button("રિફંડ જોઈએ", "/refund"), Button("બદલી આપો", "/exchange"))
TAMIL = (Button("ரிட்டர்ன் பண்ணுங்க", "/refund"), Button("மாத்தி குடுங்க", "/exchange"))
TOPICS = (
    Button("Refund time", "/faq", "related"),
    Button("COD refund", "/faq2", "related"),
    Button("Yes", "/ok", "feedback"),
)
SIZES = (Button("2 / Blue", "/two"), Button("3 / Blue", "/three"), Button("4 / Blue", "/four"))


def offer(say: Say, channel: str, *replies: Reply) -> None:
    """A first message, answered with these replies, all sent."""
    accepted = say("hello", owner="one", channel=channel)
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    record = TurnRecord("faq", "answer", 0.9, "en", "Latn")
    result = TurnResult(accepted.step.request.message_id, replies, record)
    following = steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    while isinstance(following, Send):
        more = [(message, Sent()) for message in following.more]
        following = steps.after_send(accepted.claim, following.message, Sent(), more)


def answer(say: Say, channel: str, text: str) -> TurnRequest:
    """What Rasa is asked after this message."""
    step = say(text, owner="one", channel=channel).step
    assert isinstance(step, Ask)
    return step.request


@pytest.mark.parametrize("channel", ["webchat", "telegram"])
@pytest.mark.parametrize(
    ("buttons", "text", "payload"),
    [
        (WAYS, "Refund please", "/refund"),
        (WAYS, " refund  PLEASE! ", "/refund"),
        (WAYS, "agent", "/human"),
        (WAYS, "1", "/refund"),
        (WAYS, "2.", "/exchange"),
        (WAYS, "option 2", "/exchange"),
        (WAYS, "the second one please", "/exchange"),
        (WAYS, "3rd", "/human"),
        (GUJARATI, "રિફંડ જોઈએ", "/refund"),
        (GUJARATI, "badli aapo", "/exchange"),
        (GUJARATI, "બીજું", "/exchange"),
        (GUJARATI, "વિકલ્પ ૨", "/exchange"),
        (GUJARATI, "પહેલો વિકલ્પ", "/refund"),
        (TAMIL, "ரிட்டர்ன் பண்ணுங்க", "/refund"),
        (TAMIL, "maathi kudunga", "/exchange"),
        (TAMIL, "ரெண்டாவது", "/exchange"),
        (TAMIL, "2வது ஆப்ஷன்", "/exchange"),
        (TOPICS, "2", "/faq2"),
        (TOPICS, "3", "/ok"),
        (SIZES, "3 / blue", "/three"),
    ],
)
def test_typed_words_press_the_button(
    say: Say, channel: str, buttons: tuple[Button, ...], text: str, payload: str
) -> None:
    offer(say, channel, Reply("Which way?", buttons))
    request = answer(say, channel, text)
    assert (request.payload, request.text) == (payload, None)
    # Agents read what was written.
    assert Message.objects.order_by("-id").filter(direction="inbound").first().text == text.strip("\x00")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("buttons", "text"),
    [
        (WAYS, "refund please, it is torn"),
        (WAYS, "not the refund please"),
        (WAYS, "4"),
        (WAYS, "0"),
        (WAYS, "1 or 2"),
        (WAYS, "2 kurtas"),
        (WAYS, "no"),
        (SIZES, "2"),  # the size, or the place? What asked for it knows.
        ((Button("Stop", "/stop"), Button("Agent", "/human", "person")), "1"),  # a number was asked for, no choice
        ((Button("Yes", "/one"), Button("yes!", "/two")), "yes"),
    ],
)
def test_other_words_stay_words(say: Say, buttons: tuple[Button, ...], text: str) -> None:
    offer(say, "webchat", Reply("Which way?", buttons))
    request = answer(say, "webchat", text)
    assert (request.payload, request.text) == (None, text)


def test_beside_products_a_number_is_not_a_button(say: Say) -> None:
    offer(say, "webchat", Reply("1. Kurta; 2. Saree", WAYS, cards=(Card("Kurta"), Card("Saree"))))
    assert answer(say, "webchat", "2").payload is None


def test_only_the_last_message_offers(say: Say) -> None:
    offer(say, "webchat", Reply("Which way?", WAYS), Reply("And which colour?"))
    assert answer(say, "webchat", "refund please").payload is None


def test_an_offer_that_was_answered_is_over(say: Say) -> None:
    offer(say, "webchat", Reply("Which way?", WAYS))
    say("hm", channel="webchat")
    say("refund please", channel="webchat")
    assert not Message.objects.exclude(payload="").exists()


def test_a_notice_of_the_gateway_does_not_hide_the_offer(say: Say) -> None:
    offer(say, "webchat", Reply("Which way?", WAYS))
    conversation = Message.objects.all()[0].conversation
    queue_message(conversation, author=Author.SYSTEM, text="a notice")
    Message.objects.filter(author=Author.SYSTEM).update(delivery="sent")
    assert answer(say, "webchat", "refund please").payload == "/refund"


def test_an_agents_conversation_hears_words(say: Say) -> None:
    offer(say, "webchat", Reply("Which way?", WAYS))
    conversation = Message.objects.all()[0].conversation
    conversation.state = "agent"
    conversation.save()
    say("refund please", channel="webchat")
    assert not Message.objects.exclude(payload="").exists()
