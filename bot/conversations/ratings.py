"""The question how it was, once an agent has resolved a conversation, and what an answer to it means. See `rated`.

The question goes with the thanks: one message, so that a phone rings once. Its five buttons are of kind `rating`; their
payloads (`rating:<resolution>:<stars>`) stay in the gateway as those of all buttons do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.conversations.choices import read_choice
from bot.conversations.models import Conversation, Message, Resolution
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.states import Author
from bot.language.normalise import normalise

# The kind of the buttons, and of the messages that ask, press and write.
STARS, WORDS = "rating", "rating_words"
# Best first, as a list of options is read.
TITLES = {5: "five", 4: "four", 3: "three", 2: "two", 1: "one"}
_PAYLOAD = re.compile(r"(rating|rating_words):(\d{1,18}):([1-5]?)")
_TITLE = re.compile("[★☆]{5} ")
_NUMBER = re.compile(r"([1-5]) ?(?:/ ?5|[★⭐]|stars?)?[.!]?", re.IGNORECASE)
_ONLY_STARS = re.compile("[★⭐]{1,5}")
# Makes a sign colourful; says nothing.
_COLOURFUL = "\ufe0f"


def queue_question(resolution: Resolution, conversation: Conversation) -> Message:
    """Thanks the customer, names who has solved it, and asks. Inside the caller's transaction, which holds the row."""
    language, name = choose_language(conversation), resolution.agent_name
    words = [say_in(key, language, name=name) for key in ("system.resolved", "system.rating.ask")]
    buttons = [
        {
            "title": say_in(f"system.rating.stars.{title}", language),
            "payload": f"{STARS}:{resolution.pk}:{stars}",
            "kind": STARS,
        }
        for stars, title in TITLES.items()
    ]
    return queue_message(conversation, author=Author.SYSTEM, text="\n\n".join(words), buttons=buttons, kind=STARS)


def read_payload(payload: str) -> tuple[str, int, int] | None:
    """What a pressed button means: its kind, the resolution, the stars (0 if none); None if it is no button of ours."""
    found = _PAYLOAD.fullmatch(payload)
    return (found[1], int(found[2]), int(found[3] or 0)) if found else None


def is_title(text: str) -> bool:
    """Whether a channel calls by this text a button whose id is not known any more: no customer types such a row."""
    return bool(_TITLE.match(text))


def read_typed(text: str, buttons: Sequence[dict[str, Any]]) -> str:
    """The payload of the button that is meant by words right after the question ("5", "૫", "4/5", "⭐⭐⭐", a title).

    A bare number can mean nothing else there: the conversation has ended and five stars were the last word. The thanks
    say what was heard. Empty for anything more.
    """
    plain = normalise(text).replace(_COLOURFUL, "").strip()
    number = _NUMBER.fullmatch(plain)
    bare = plain.replace(" ", "")
    stars = number[1] if number else str(len(bare)) if _ONLY_STARS.fullmatch(bare) else ""
    own = [button for button in buttons if button.get("kind") == STARS]
    if stars:
        return next((str(one["payload"]) for one in own if str(one["payload"]).endswith(f":{stars}")), "")
    named = read_choice(text, own)
    return str(named["payload"]) if named else ""
