"""Pictures and documents in the web chat: taken whole, once, from whoever has the session; nothing else is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from bot.assembly import Gateway
from bot.channels.webchat.uploads import Uploads
from bot.config import config
from bot.conversations.models import Attachment, Message, Turn
from bot.conversations.photos import PHOTO
from bot.conversations.states import TurnState
from bot.language.texts import say
from bot.media.store import Store
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import Visitor, wait_until
from tests.flows.test_whatsapp_files import PNG

Visitors = Callable[[], Visitor]
PDF = b"%PDF-1.7 a bill"
MEDIA = Path(config().data_path) / "media"


class Page:
    """A chat window that sends files."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def send(
        self, visitor: Visitor, content: bytes | AsyncIterator[bytes], cid: str, **headers: str
    ) -> httpx.Response:
        """One request as the widget makes it."""
        own = {"X-Seva-Session": visitor.session_id or "", "X-Seva-Cid": cid, "X-Seva-Language": "gu"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._http.post("/chat/files", content=content, headers=own | named)


@pytest.fixture
async def page(gateway: Gateway) -> AsyncIterator[Page]:
    async with (
        run_app(gateway.uploads) as running,
        httpx.AsyncClient(base_url=running.url) as http,
    ):
        yield Page(http)


def kept_files() -> list[Path]:
    return [path for path in MEDIA.rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def no_files_before() -> None:
    for path in kept_files():
        path.unlink()


async def test_a_photo_arrives_once_and_is_seen_again(visitors: Visitors, page: Page, client: Client) -> None:
    visitor, second = visitors(), visitors()
    await visitor.open()
    second.session_id = visitor.session_id
    await second.open()
    name = "%E0%AA%B8%E0%AA%BE%E0%AA%A1%E0%AB%80.png"
    ack = (await page.send(visitor, PNG, "p1", X_Seva_File_Name=name)).json()
    again = (await page.send(visitor, PNG, "p1")).json()
    assert (ack["ok"], again["ok"], again["id"]) == (True, True, ack["id"])
    (file,) = ack["files"]
    assert (file["kind"], file["name"], file["shown"]) == ("image", "સાડી.png", True)
    await wait_until(lambda: second.echoes, "the other page's copy")
    assert second.echoes[0]["files"] == ack["files"]
    assert len(kept_files()) == 1
    notice = say("system.unread.image", "gu")
    await visitor.wait_for_text(notice)

    later = visitors()
    later.session_id = visitor.session_id
    state = await later.open()
    assert [one["files"] for one in state["history"] if one["author"] == "contact"] == [ack["files"]]
    shown = await in_database(lambda: client.get(file["url"]))
    assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, PNG, "image/png")
    forged = file["url"][:-2] + ("00" if file["url"][-2:] != "00" else "11")
    assert (await in_database(lambda: client.get(forged))).status_code == 404


async def test_a_photo_that_was_asked_for_is_an_answer(visitors: Visitors, page: Page, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("my kurti arrived damaged, sadly")
    await wait_for_rows(Turn.objects.filter(state=TurnState.ANSWERED).exists, "the first answer")
    await page.send(visitor, PNG, "torn")
    await wait_until(lambda: [text for _, _, text in rasa.app.ran][1:] == [PHOTO], "the photo as an answer")


async def test_a_bill_is_kept_for_a_person(visitors: Visitors, page: Page, client: Client) -> None:
    visitor = visitors()
    await visitor.open()
    ack = (await page.send(visitor, PDF, "b1", X_Seva_File_Name="bill.pdf")).json()
    shown = await in_database(lambda: client.get(ack["files"][0]["url"]))
    assert shown.headers["Content-Disposition"] == 'attachment; filename="bill.pdf"'
    assert await in_database(Message.objects.filter(kind="document").count) == 1


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"<svg onload=alert(1)>", 415, "file_kind"), (b"MZ\x90\x00", 415, "file_kind"), (b"", 400, "empty")],
)
async def test_what_is_no_picture_is_refused_kindly_and_leaves_nothing(
    visitors: Visitors, page: Page, content: bytes, status: int, code: str
) -> None:
    visitor = visitors()
    await visitor.open()
    answer = await page.send(visitor, content, "x1", Content_Type="image/png")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["text"] == say(f"system.refused.{code}", "gu")
    assert kept_files() == []
    assert await in_database(Message.objects.count) == 0


async def test_a_file_is_counted_while_it_arrives(visitors: Visitors, gateway: Gateway) -> None:
    visitor = visitors()
    await visitor.open()
    small = Uploads(config().secret_key.reveal(), gateway.inbox, Store(MEDIA, 1024 * 1024), gateway.webchat.echo, 1)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield PNG + b"\0" * 65_536

    async with run_app(small) as running, httpx.AsyncClient(base_url=running.url) as http:
        told = await Page(http).send(visitor, PNG + b"\0" * 1_100_000, "l1")
        untold = await Page(http).send(visitor, endless(), "l2")
    assert (told.status_code, untold.status_code) == (413, 413)
    assert told.json()["text"] == say("system.refused.file_large", "gu", size=1)
    assert kept_files() == []


async def test_only_a_session_of_ours_may_send(visitors: Visitors, page: Page) -> None:
    visitor = visitors()
    await visitor.open()
    visitor.session_id = (visitor.session_id or "")[:-1] + "_"
    assert (await page.send(visitor, PNG, "s1")).status_code == 403
    assert (await page.send(visitor, PNG, "")).status_code == 403
    assert kept_files() == []


async def test_a_flood_of_files_has_to_wait(visitors: Visitors, page: Page) -> None:
    visitor, other = visitors(), visitors()
    await visitor.open()
    await other.open()
    answers = await asyncio.gather(*(page.send(visitor, PDF, f"f{number}") for number in range(14)))
    refused = [one.json() for one in answers if one.status_code == 429]
    assert len(refused) == 4
    assert all(0 < one["retry_after_s"] <= 60 for one in refused)
    assert (await page.send(other, PDF, "f1")).status_code == 200


async def test_the_quota_of_a_person_holds(visitors: Visitors, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = visitors()
    await visitor.open()
    await page.send(visitor, PDF, "q1")
    monkeypatch.setattr("bot.conversations.files.config", lambda: replace(config(), media_talk_max_mb=0))
    answer = await page.send(visitor, PDF, "q2")
    assert (answer.status_code, answer.json()["code"]) == (403, "file_quota")
    assert len(kept_files()) == 1


async def test_a_page_that_goes_away_leaves_nothing(visitors: Visitors, gateway: Gateway, page: Page) -> None:
    visitor = visitors()
    await visitor.open()
    sent: list[dict[str, Any]] = []
    frames: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": PNG, "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(frames)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"x-seva-session", (visitor.session_id or "").encode()), (b"x-seva-cid", b"g1")]
    await gateway.uploads({"method": "POST", "path": "/chat/files", "headers": headers}, receive, send)
    assert json.loads(sent[1]["body"])["code"] == "unavailable"
    assert kept_files() == []
    assert await in_database(Attachment.objects.count) == 0
