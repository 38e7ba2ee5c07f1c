"""Puts labelled cases to Rasa one by one, each in a conversation of its own, the way the gateway does."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.channels.webchat.sessions import NAME as WEBCHAT
from bot.config import config
from bot.dialogue.client import DialogueClient
from bot.dialogue.protocol import Said, TurnContext, TurnRequest, as_json
from bot.errors import DialogueError
from bot.evaluation.cases import Case
from bot.language.normalise import clean_text


@contextmanager
def asking() -> Iterator[Callable[[Case], dict[str, Any]]]:
    """Gives `ask(case) -> turn record`, empty if Rasa could not answer. What was said before is replayed first."""
    settings = config()
    with asyncio.Runner() as runner:
        client = DialogueClient(settings.rasa_addresses, settings.rasa_token.reveal(), settings.turn_timeout_s)

        def ask(case: Case) -> dict[str, Any]:
            try:
                result = runner.run(client.ask(build_request(case)))
            except DialogueError:
                return {}
            return dict(as_json(result.turn))

        try:
            yield ask
        finally:
            runner.run(client.close())


def build_request(case: Case) -> TurnRequest:
    """The last message of a case as a turn, with its history and what the bot said last."""
    history = tuple(Said(str(said["from"]), clean_text(str(said["text"]))) for said in case.history)
    last_bot_text = next((said.text for said in reversed(history) if said.sender == "bot"), None)
    context = TurnContext(channel=WEBCHAT, last_bot_text=last_bot_text, history=history)
    return TurnRequest(str(uuid.uuid4()), "1", text=clean_text(case.text), context=context)
