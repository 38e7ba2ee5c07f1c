"""In which conversation a return was arranged, and from which message to which: pictures sent there belong to it.

So nothing is copied: whoever shows the return looks for the pictures of those messages. Whichever shop notes returns.
"""

from __future__ import annotations

import re

from django.db import models

_NUMBER = re.compile(r"\d+")


class ReturnTalk(models.Model):
    """One return. `since`, `until`: ids of the gateway's messages, both included."""

    number = models.CharField(max_length=64, unique=True, help_text="What the customer quotes")
    order = models.CharField(max_length=64)
    conversation = models.CharField(max_length=64, db_index=True)
    since = models.BigIntegerField()
    until = models.BigIntegerField()

    class Meta:
        app_label = "shop"

    def __str__(self) -> str:
        return self.number


def note_talk(number: str, order: str, conversation: str, since: str, until: str) -> None:
    """The return is arranged, from the message `since` to the message `until`. Safe to repeat."""
    last = _read_id(until)
    first = _read_id(since) if since else last
    values = {"order": order, "conversation": conversation, "since": first, "until": last}
    ReturnTalk.objects.get_or_create(number=number, defaults=values)


def add_picture(conversation: str, message_id: str) -> str:
    """Counts the picture among those of the return arranged here last; its number, empty if there is none."""
    talk = ReturnTalk.objects.filter(conversation=conversation).order_by("-until", "-pk").first()
    if talk is None:
        return ""
    ReturnTalk.objects.filter(pk=talk.pk, until__lt=_read_id(message_id)).update(until=_read_id(message_id))
    return talk.number


def _read_id(message_id: str) -> int:
    """The gateway's number of a message; a second wish in it has "/2" behind it."""
    found = _NUMBER.search(message_id)
    return int(found.group(0)) if found else 0
