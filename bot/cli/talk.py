"""`seva ask`: a conversation from the terminal, through the whole running system."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer

from bot.cli.chat import Answer, Chat
from bot.cli.django_setup import use_django
from bot.cli.prepare import make_secrets
from bot.cli.running import running_system


def ask(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Messages of one conversation, in order.")],
    language: Annotated[
        str | None, typer.Option(help="The customer's language, until a message shows another.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a turn.")] = False,
) -> None:
    """Says each TEXT in one conversation and prints what the customer would see."""
    make_secrets()
    with running_system(wait=False):
        use_django()
        asyncio.run(_converse(texts, language, as_json))


async def _converse(texts: list[str], language: str | None, as_json: bool) -> None:
    async with Chat(language) as chat:
        for text in texts:
            answer = await chat.say(text)
            typer.echo(json.dumps(_as_json(answer), ensure_ascii=False) if as_json else _as_text(answer))


def _as_json(answer: Answer) -> dict[str, Any]:
    return {"text": answer.text, "replies": answer.replies, "turn": answer.turn, "state": answer.state}


def _as_text(answer: Answer) -> str:
    lines = [f"> {answer.text}"]
    for reply in answer.replies:
        lines.append(reply["text"])
        lines += [f"  * {card.get('title')}  {card.get('price') or ''}" for card in reply["cards"]]
        if reply["buttons"]:
            lines.append("  " + "  ".join(f"[{button['title']}]" for button in reply["buttons"]))
    if turn := answer.turn:
        topic = f"/{turn['topic']}" if turn.get("topic") else ""
        sure = f"{turn.get('confidence') or 0:.2f}"
        lines.append(f"  ({turn.get('route')}{topic}, {turn.get('decision')}, {sure}, {turn.get('language')})")
    elif not answer.replies:
        lines.append("  (nothing: a person has the conversation)")
    return "\n".join(lines)
