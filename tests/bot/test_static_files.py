"""Static files as a browser gets them: compressed, whole, and kept for a while."""

from __future__ import annotations

import gzip

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponseBase
from django.test import Client

TEXTS = ("webchat/chat.js", "webchat/chat.css", "vendor/lit/lit.min.js", "vendor/socket.io-client/socket.io.min.js")
FONT = "vendor/fonts/noto-sans-latin-400-normal.woff2"


def read_file(name: str) -> bytes:
    with open(str(finders.find(name)), "rb") as file:  # noqa: PTH123 - as the finder names it
        return file.read()


def read(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", TEXTS)
def test_text_files_come_compressed_and_unchanged(client: Client, name: str) -> None:
    answer = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip, deflate, br"})
    body, plain = read(answer), read_file(name)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain
    assert int(answer.headers["Content-Length"]) == len(body) < len(plain) / 2
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Type"].startswith(("text/javascript", "text/css"))


@pytest.mark.parametrize(("name", "encoding"), [(TEXTS[0], ""), (TEXTS[0], "br"), (FONT, "gzip")])
def test_others_come_as_they_are(client: Client, name: str, encoding: str) -> None:
    answer = client.get(f"/static/{name}", headers={"Accept-Encoding": encoding})
    assert "Content-Encoding" not in answer.headers
    assert read(answer) == read_file(name)


@pytest.mark.parametrize(("name", "age_s"), [("webchat/chat.js", 300), ("vendor/lit/lit.min.js", 86400), (FONT, 86400)])
def test_a_browser_keeps_files_and_asks_again_cheaply(client: Client, name: str, age_s: int) -> None:
    accepted = {"Accept-Encoding": "gzip"}
    first = client.get(f"/static/{name}", headers=accepted)
    read(first)
    assert first.headers["Cache-Control"] == f"max-age={age_s}, public"
    again = client.get(f"/static/{name}", headers={**accepted, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, read(again)) == (304, b"")
