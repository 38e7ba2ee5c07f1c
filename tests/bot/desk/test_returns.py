"""An agent sees each return of the conversation with the pictures that came with it, and no others."""

from __future__ import annotations

import pytest
from django.test import Client

from bot.conversations.models import Attachment, Conversation, Message, Turn
from bot.conversations.states import Author, Direction, FileState
from bot.desk.returns import build_returns
from bot.page_texts import LANGUAGE_NAMES
from bot.shop.clock import now
from bot.shop.models import NotedReturn, Order
from bot.shop.return_talks import add_picture, note_talk
from tests.bot.desk.conftest import Make
from tests.shop_rows import load_demo_shop

NUMBER, ORDER = "RET-10453-1", "TT-10453"


def send_picture(talk: Conversation, kind: str = "image") -> Message:
    """A message with one file, in a turn of its own."""
    message = Message.objects.create(
        conversation=talk, channel="whatsapp", direction=Direction.INBOUND, author=Author.CONTACT, kind=kind
    )
    turn = Turn.objects.create(conversation=talk, message_id=str(message.pk), text="", state="answered")
    Message.objects.filter(pk=message.pk).update(turn=turn)
    Attachment.objects.create(message=message, kind=kind, state=FileState.STORED, shown=kind == "image", size=900)
    return message


def arrange_return(talk: Conversation, since: Message, until: Message) -> None:
    order = Order.objects.get(name=ORDER)
    NotedReturn.objects.create(
        number=NUMBER, order=order, position=1, reason="damaged", way="replacement", handover="pickup", noted_at=now()
    )
    note_talk(NUMBER, ORDER, str(talk.pk), str(since.pk), str(until.pk))


def photos(talk: Conversation) -> list[str]:
    return [photo.id for case in build_returns(talk, "en") for photo in case.photos]


def names(*messages: Message) -> list[str]:
    return [str(message.attachments.get().pk) for message in messages]


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_return_stands_with_its_pictures(desk: Client, make: Make, language: str) -> None:
    load_demo_shop()
    talk = make()
    earlier = send_picture(talk)
    begun, torn, film, done = (send_picture(talk, kind) for kind in ("image", "image", "video", "text"))
    arrange_return(talk, begun, done)
    later = send_picture(talk)
    assert photos(talk) == names(begun, torn)
    assert not set(photos(talk)) & set(names(earlier, film, later))
    page = desk.get(f"/desk/c/{talk.pk}?lang={language}", headers={"HX-Request": "true"}).content.decode()
    assert NUMBER in page
    # Once with its message, once with its return, as link and as picture.
    assert page.count(names(torn)[0]) == 4
    assert page.count(names(later)[0]) == 2


def test_a_picture_sent_afterwards_joins_the_return(make: Make) -> None:
    load_demo_shop()
    talk = make()
    begun, done, late = (send_picture(talk, kind) for kind in ("text", "text", "image"))
    arrange_return(talk, begun, done)
    assert add_picture(str(talk.pk), str(late.pk)) == NUMBER
    assert photos(talk) == names(late)
    assert add_picture("another", str(late.pk)) == ""


def test_a_picture_in_the_same_turn_as_the_first_word_counts(make: Make) -> None:
    load_demo_shop()
    talk = make()
    torn, words = send_picture(talk), send_picture(talk, "text")
    assert words.pk
    turn = Turn.objects.get(message_id=str(words.pk))
    Message.objects.filter(pk=torn.pk).update(turn=turn)
    arrange_return(talk, words, words)
    assert photos(talk) == names(torn)
