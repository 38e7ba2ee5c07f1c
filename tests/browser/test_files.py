"""A customer sends a photo from the chat window, in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def draw_photo() -> bytes:
    """A photo as large as a phone makes it: noise does not compress."""
    file = io.BytesIO()
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


def list_kept(site: Site) -> set[Path]:
    return {path for path in (site.data_dir / "media").rglob("*") if path.is_file()}


def test_a_photo_is_sent_small_and_seen_again_after_a_reload(open_shop: Open, site: Site) -> None:
    page = open_shop(phone=True)
    chat = Chat(page).open()
    photo, before = draw_photo(), list_kept(site)
    chat.frame.locator("input[type=file]").set_input_files(
        {"name": "torn.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    picture = chat.frame.locator(".mine img.picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("alt", WIDGET["file.image"])
    expect(picture).to_have_js_property("naturalWidth", 2000)
    (kept,) = list_kept(site) - before
    assert kept.stat().st_size < len(photo) / 2
    page.reload()
    chat.open()
    expect(picture).to_have_count(1)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)


def test_what_cannot_be_taken_is_said_at_once(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.frame.locator("input[type=file]").set_input_files(
        {"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3 and so on"}
    )
    expect(chat.frame.get_by_text(WIDGET["error.file_kind"])).to_be_visible()
    chat.say("in words then")
    expect(chat.said("about: in words then")).to_be_visible()
