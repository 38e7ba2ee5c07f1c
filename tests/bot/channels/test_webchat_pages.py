"""`/widget.js` and the framed `/chat/`: sizes, policy, words."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from bot.channels.webchat.pages import LOADER, build_policy

STATIC = LOADER.parent
VENDOR = Path(__file__).resolve().parents[3] / "bot" / "static" / "vendor"


def test_loader_is_small_and_speaks_three_languages(client: Client) -> None:
    script = client.get("/widget.js")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(gzip.compress(script.content)) < 5_000
    assert {"en", "gu", "ta"} == set(json.loads(re.search(r"const all = (\{.*\});", script.content.decode())[1]))  # type: ignore[index]


def test_whole_window_is_under_60_kilobytes(client: Client) -> None:
    files = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), *(VENDOR / "lit").glob("*.js")]
    files += [*(VENDOR / "socket.io-client").glob("*.js")]
    size = sum(len(gzip.compress(file.read_bytes())) for file in files) + len(
        gzip.compress(client.get("/chat/").content)
    )
    assert size < 60_000


def test_frame_has_the_strict_policy(client: Client) -> None:
    answer = client.get("/chat/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'self';" in policy
    assert "X-Frame-Options" not in answer.headers


def test_allowed_origins_may_frame_it() -> None:
    assert "frame-ancestors 'self' https://shop.example;" in build_policy("seva.example", ("https://shop.example",))


@pytest.mark.parametrize(("asked", "got"), [("gu", "gu"), ("ta", "ta"), ("xx", "en"), ("", "en")])
def test_language_of_the_window(client: Client, asked: str, got: str) -> None:
    assert f'<html lang="{got}">' in client.get(f"/chat/?language={asked}").content.decode()


def test_page_around_is_only_a_harmless_hint(client: Client) -> None:
    page = "https://shop.example/a?token=secret"
    text = client.get(
        "/chat/", {"page": page, "title": "</script><script>alert(1)", "product": "x" * 999}
    ).content.decode()
    assert "secret" not in text
    assert "<script>alert" not in text
    assert "x" * 301 not in text
    assert "javascript:" not in client.get("/chat/", {"page": "javascript:alert(1)"}).content.decode()
