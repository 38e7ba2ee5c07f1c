"""What a message to a person may be about: the way of whoever answers to the dialogue engine's understanding."""

from __future__ import annotations

from functools import cache

from bot.config import config
from bot.conversations.models import Message
from bot.dialogue.topic_client import TopicClient


def find_topics(message: Message, language: str) -> list[str] | None:
    """FAQ topics that fit, the likeliest first, by meaning; None if the dialogue engine does not answer at once.

    Takes no turn: the conversation stays whose it is.
    """
    return _client().find(str(message.conversation_id), message.text[: config().text_max], language)


@cache
def _client() -> TopicClient:
    settings = config()
    return TopicClient(settings.rasa_addresses, settings.rasa_token.reveal())
