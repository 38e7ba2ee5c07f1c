"""A picture that the assistant has asked for is an answer; every other one is kept for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.config import config
from bot.conversations.models import Attachment, Message, Turn
from bot.conversations.photos import PHOTO
from bot.conversations.states import FileState, TurnState
from bot.language.texts import say
from tests.fakes.graph_server import Stored
from tests.fakes.meta import build_message, envelope
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.conftest import Line
from tests.flows.test_whatsapp_files import PNG


def build_picture(line: Line, name: str, **more: str) -> dict[str, Any]:
    """A picture as WhatsApp announces it; the file waits at Meta."""
    line.graph.files[name] = Stored(PNG, "image/png")
    content = {"id": name, "mime_type": "image/png", **more}
    return build_message("image", content, wamid=f"wamid.{name}")


async def tell_of_damage(line: Line, rasa: Running[FakeRasa]) -> None:
    """What the assistant answers by asking for a picture."""
    await line.meta.say("my kurti arrived damaged, sadly")
    finished = Turn.objects.filter(state=TurnState.ANSWERED)
    await wait_for_rows(finished.exists, "the first answer")
    assert len(rasa.app.ran) == 1


def said(rasa: Running[FakeRasa]) -> list[str]:
    return [text for _, _, text in rasa.app.ran]


async def wait_for_stored(count: int) -> list[Attachment]:
    stored = Attachment.objects.filter(state=FileState.STORED).select_related("message__turn").order_by("pk")
    await wait_for_rows(lambda: stored.count() == count, "the files")
    return await in_database(lambda: list(stored))


async def test_a_picture_that_was_asked_for_is_an_answer(line: Line, rasa: Running[FakeRasa]) -> None:
    await tell_of_damage(line, rasa)
    await line.meta.deliver(envelope(messages=[build_picture(line, "torn")]))
    await line.meta.deliver(envelope(messages=[build_picture(line, "torn")]))
    await wait_until(lambda: len(line.graph.accepted) == 2, "the second answer")
    assert said(rasa)[1:] == [PHOTO]
    (file,) = await wait_for_stored(1)
    assert (file.message.kind, file.message.text, str(file.message.pk)) == ("image", "", rasa.app.ran[1][1])
    assert await in_database(Message.objects.filter(text=say("system.unread.image", "en")).count) == 0


async def test_an_album_is_one_answer(line: Line, rasa: Running[FakeRasa], monkeypatch: pytest.MonkeyPatch) -> None:
    mine = replace(config(), burst_s=0.5)
    for module in ("bursts", "express", "steps"):
        monkeypatch.setattr(f"bot.conversations.{module}.config", lambda: mine)
    await tell_of_damage(line, rasa)
    await line.meta.deliver(envelope(messages=[build_picture(line, name) for name in ("front", "back", "label")]))
    files = await wait_for_stored(3)
    await wait_until(lambda: len(line.graph.accepted) == 2, "the second answer")
    assert said(rasa)[1:] == [PHOTO]
    message_ids = sorted(file.message_id for file in files)
    assert rasa.app.ran[1][1] == str(message_ids[-1])


async def test_words_after_the_question_for_a_picture_go_on(line: Line, rasa: Running[FakeRasa]) -> None:
    await tell_of_damage(line, rasa)
    await line.meta.say("no photo")
    await wait_until(lambda: said(rasa)[1:] == ["no photo"], "the words")


async def test_a_picture_with_words_is_asked_by_its_words_and_kept(line: Line, rasa: Running[FakeRasa]) -> None:
    await tell_of_damage(line, rasa)
    await line.meta.deliver(envelope(messages=[build_picture(line, "torn", caption="a new one please")]))
    await wait_until(lambda: said(rasa)[1:] == ["a new one please"], "the words")
    (file,) = await wait_for_stored(1)
    assert file.message.text == "a new one please"


@pytest.mark.parametrize("before", ["", "where is my order"])
async def test_a_picture_that_nobody_asked_for_is_for_a_person(
    line: Line, rasa: Running[FakeRasa], before: str
) -> None:
    if before:
        await line.meta.say(before)
        await wait_until(lambda: line.graph.accepted, "the answer")
    await line.meta.deliver(envelope(messages=[build_picture(line, "torn")]))
    shown = Message.objects.filter(text=say("system.unread.image", "en"), delivery="sent")
    await wait_for_rows(shown.exists, "the notice")
    assert said(rasa) == ([before] if before else [])


async def test_a_video_is_no_picture(line: Line, rasa: Running[FakeRasa]) -> None:
    await tell_of_damage(line, rasa)
    line.graph.files["film"] = Stored(b"\0\0\0\x18ftypmp42" + b"\0" * 90, "video/mp4")
    film = build_message("video", {"id": "film", "mime_type": "video/mp4"}, wamid="wamid.film")
    await line.meta.deliver(envelope(messages=[film]))
    shown = Message.objects.filter(text=say("system.unread.video", "en"))
    await wait_for_rows(shown.exists, "the notice")
    assert len(rasa.app.ran) == 1
