"""Files are whole or not there, as large as allowed, and are what their bytes show."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.media import MediaRefused
from bot.media.kinds import PIXELS_MAX, UNKNOWN, may_show, measure, sniff
from bot.media.store import Store


def draw(form: str, size: tuple[int, int] = (30, 20)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_pictures_are_known_by_their_bytes_and_size(form: str) -> None:
    head = draw(form)
    assert sniff(head) == f"image/{form.lower()}"
    assert measure(sniff(head), head) == (30, 20)
    assert may_show(sniff(head), head)


def test_a_picture_that_unfolds_to_too_much_is_not_drawn() -> None:
    head = draw("PNG")
    huge = head[:16] + (PIXELS_MAX).to_bytes(4, "big") + (2).to_bytes(4, "big") + head[24:]
    assert not may_show("image/png", huge)
    assert not may_show("image/png", head[:18])


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"<html>", b"", b"MZ\x90", b"\xff\xd8"])
def test_what_is_none_of_ours_is_bytes(content: bytes) -> None:
    assert sniff(content) == UNKNOWN
    assert not may_show(sniff(content), content)


def test_a_file_is_kept_whole_and_taken_away(tmp_path: Path) -> None:
    store, name = Store(tmp_path / "media", 100, 0), uuid.uuid4()
    with store.receive(name) as incoming:
        incoming.write(b"%PDF-1")
        incoming.write(b".7")
        stored = incoming.keep(hashlib.sha256(b"%PDF-1.7").hexdigest())
    assert (stored.size, stored.mime_type, stored.shown) == (8, "application/pdf", False)
    assert store.path_of(name).read_bytes() == b"%PDF-1.7"
    store.delete(name)
    store.delete(name)
    assert not store.path_of(name).exists()


def test_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path, 10, 0)

    def fill() -> None:
        with store.receive(uuid.uuid4()) as incoming:
            incoming.write(b"x" * 6)
            incoming.write(b"x" * 6)

    with pytest.raises(MediaRefused) as refused:
        fill()
    assert refused.value.reason == "too_large"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_left_to_messages(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused) as refused:
        Store(tmp_path, 10, 2**62).receive(uuid.uuid4())
    assert refused.value.reason == "disk_full"
