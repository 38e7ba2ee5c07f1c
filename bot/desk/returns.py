"""The returns that were arranged in a conversation, each with the pictures that came with it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Min

from bot.conversations.models import Attachment, Conversation, Message
from bot.conversations.states import Direction
from bot.desk.stories import FileShown, build_file
from bot.language.texts import say
from bot.shop.models import NotedReturn, ReturnTalk

PHOTOS_MAX = 30


@dataclass(frozen=True, slots=True)
class ReturnShown:
    """A return; `about`: item, reason and way out in words, empty if another shop keeps them."""

    number: str
    order: str
    about: tuple[str, ...]
    photos: tuple[FileShown, ...]


def build_returns(conversation: Conversation, language: str) -> list[ReturnShown]:
    """Oldest first."""
    talks = ReturnTalk.objects.filter(conversation=str(conversation.pk)).order_by("since", "pk")
    return [_build(talk, conversation, language) for talk in talks]


def _build(talk: ReturnTalk, conversation: Conversation, language: str) -> ReturnShown:
    noted = NotedReturn.objects.select_related("order").filter(number=talk.number).first()
    return ReturnShown(
        number=talk.number,
        order=talk.order,
        about=_describe(noted, language) if noted else (),
        photos=tuple(build_file(photo) for photo in _find_photos(talk, conversation)),
    )


def _describe(noted: NotedReturn, language: str) -> tuple[str, ...]:
    item = noted.order.lines.filter(position=noted.position).first()
    reason, way = (say(f"order_tasks.{key}", language) for key in (f"reason.{noted.reason}", f"way.{noted.way}"))
    return (*((item.name,) if item else ()), reason, way)


def _find_photos(talk: ReturnTalk, conversation: Conversation) -> list[Attachment]:
    # The turn that began it is known by its newest message; a picture may be in an earlier one of it.
    begun = Message.objects.filter(conversation=conversation, turn__message_id=str(talk.since))
    first = begun.aggregate(first=Min("pk"))["first"] or talk.since
    pictures = Attachment.objects.filter(
        message__conversation=conversation,
        message__direction=Direction.INBOUND,
        message__pk__gte=first,
        message__pk__lte=talk.until,
        kind="image",
    )
    return list(pictures.order_by("message_id", "position")[:PHOTOS_MAX])
