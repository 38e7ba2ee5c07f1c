"""Files over WhatsApp: fetched after the message, checked, kept, shown to agents only; ours go out by upload."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from bot.channels.media import File
from bot.channels.whatsapp.channel import WhatsApp
from bot.config import config
from bot.conversations.models import Attachment
from bot.conversations.states import FileState
from bot.media.fetcher import Fetcher
from bot.media.store import Store
from tests.bot.channels.test_whatsapp_render import build
from tests.fakes.graph_server import Stored
from tests.fakes.meta import build_message, envelope
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.visitor import wait_until
from tests.flows.conftest import Line

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (320).to_bytes(4, "big") + (400).to_bytes(4, "big") + b"\x08" * 900
PAGE = b"<html><script>alert(1)</script></html>" * 20


async def receive(line: Line, stored: Stored, kind: str = "image", digest: str = "", **more: str) -> Attachment:
    """A file as a customer sends it, and what became of it."""
    name = f"media{len(line.graph.files)}"
    line.graph.files[name] = stored
    told = digest or base64.b64encode(hashlib.sha256(stored.content).digest()).decode()
    content = {"id": name, "mime_type": stored.mime_type, "sha256": told, **more}
    await line.meta.deliver(envelope(messages=[build_message(kind, content, wamid=f"wamid.{name}")]))
    done = Attachment.objects.filter(reference=name).exclude(state=FileState.WAITING)
    return await wait_for_rows(done.first, f"an end for {name}")


async def test_a_photo_is_fetched_and_shown_to_agents_only(line: Line, agent: User) -> None:
    row = await receive(line, Stored(PNG, "image/png"), filename="../../x.png")
    assert (row.state, row.mime_type, row.size, row.shown) == (FileState.STORED, "image/png", len(PNG), True)
    place = config().data_path / "media" / row.pk.hex[:2] / row.pk.hex
    assert (place.read_bytes(), place.stat().st_mode & 0o777) == (PNG, 0o600)

    def ask(who: User | None) -> Any:
        client = Client()
        if who:
            client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(f"/desk/files/{row.pk}")

    assert (await in_database(ask, None)).status_code == 302
    assert (await in_database(ask, agent)).status_code == 403
    agent.is_staff = True
    await in_database(agent.save)
    shown = await in_database(ask, agent)
    assert (shown.content, shown.headers["Content-Type"]) == (PNG, "image/png")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_what_runs_in_a_page_is_only_ever_downloaded(line: Line, agent: User) -> None:
    row = await receive(line, Stored(PAGE, "image/svg+xml"), "document", filename='a"\r\nX: y.html')
    agent.is_staff = True
    await in_database(agent.save)

    def ask() -> Any:
        client = Client()
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(f"/desk/files/{row.pk}")

    answer = await in_database(ask)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "X" not in answer.headers


async def test_files_that_are_not_taken_say_why(line: Line) -> None:
    announced = Stored(PNG, size=config().media_max_mb * 2**20 + 1)
    lying = Stored(b"x" * (config().media_max_mb * 2**20 + 1), size=10)
    cases = [(announced, "", "too_large"), (lying, "", "too_large"), (Stored(b"", size=0), "", "empty")]
    cases += [(Stored(PNG), base64.b64encode(b"0" * 32).decode(), "damaged"), (Stored(PNG, status=404), "", "gone")]
    for stored, digest, problem in cases:
        row = await receive(line, stored, digest=digest)
        assert (row.state, row.problem) == (FileState.REFUSED, problem)
    assert list((config().data_path / "media").glob("partial-*")) == []


async def test_a_file_that_meta_lost_is_not_asked_for(line: Line) -> None:
    image = {"id": "gone", "mime_type": "image/jpeg", "sha256": "29ed"}
    message = build_message("image", image, errors=[{"code": 400, "title": "Media download failed"}])
    await line.meta.deliver(envelope(messages=[message]))
    row = await in_database(Attachment.objects.get)
    assert (row.state, row.problem) == (FileState.REFUSED, "lost")


async def test_a_digest_that_meta_cut_short_says_nothing(line: Line) -> None:
    assert (await receive(line, Stored(PNG), digest="SfInY0gGKTsJlUWbwxC1k")).state == FileState.STORED


async def test_what_a_crash_left_is_fetched_after_the_start(line: Line) -> None:
    await line.gateway.fetcher.stop()
    line.graph.files["later"] = Stored(PNG)
    image = {"id": "later", "mime_type": "image/png"}
    await line.meta.deliver(envelope(messages=[build_message("image", image)]))
    assert (await in_database(Attachment.objects.get)).state == FileState.WAITING
    whatsapp = line.gateway.whatsapp
    assert whatsapp
    again = Fetcher(line.gateway.pool, Store(config().data_path / "media", 2**20), {"whatsapp": whatsapp})
    again.start()
    await wait_for_rows(Attachment.objects.filter(state=FileState.STORED).exists, "the file")
    await again.stop()


async def test_our_files_are_uploaded_with_the_words_below(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "bill"
    path.write_bytes(b"%PDF-1.7 bill")
    whatsapp = line.gateway.whatsapp
    assert isinstance(whatsapp, WhatsApp)
    message = build("Your bill", files=(File("document", path, "application/pdf", "bill.pdf"),))
    await whatsapp.send(message)
    assert b"%PDF-1.7 bill" in line.graph.uploads["up-0"]
    assert line.graph.accepted[0]["document"] == {"id": "up-0", "filename": "bill.pdf", "caption": "Your bill"}


async def test_a_message_of_several_parts_goes_on_where_it_stopped(line: Line) -> None:
    whatsapp = line.gateway.whatsapp
    assert isinstance(whatsapp, WhatsApp)
    message = replace(build("word " * 2000), parts_sent=1)
    await whatsapp.send(message)
    assert [body["biz_opaque_callback_data"] for body in line.graph.accepted] == ["seva:7:2/3", "seva:7:3/3"]


async def test_a_file_that_comes_slowly_holds_up_no_stop_and_is_fetched_after_the_next_start(line: Line) -> None:
    """A download that ends just when the search for more is told to end: told is told."""
    line.graph.slow_files = asyncio.Event()
    line.graph.files["slow"] = Stored(PNG, "image/png")
    await line.meta.deliver(envelope(messages=[build_message("image", {"id": "slow", "mime_type": "image/png"})]))
    await wait_until(lambda: line.graph.given == ["slow"], "the download to begin")
    stopping = asyncio.create_task(line.gateway.fetcher.stop())
    # Not a timeout: cancelling this would end what hangs.
    ended, _ = await asyncio.wait({stopping}, timeout=5)
    assert ended
    waiting = await in_database(Attachment.objects.get)
    assert waiting.state == FileState.WAITING
    line.graph.slow_files.set()
    await in_database(Attachment.objects.all().update, next_try_at=None)
    line.gateway.fetcher.start()
    await wait_for_rows(Attachment.objects.filter(state=FileState.STORED).exists, "the file")
