"""`seva channels` against fakes of Telegram and Meta: what it says, what it sets, when it fails."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import typer.testing

from bot.channels.telegram.api import BotApi
from bot.channels.telegram.polling import NotDelivered
from bot.cli import app, prepare
from bot.cli import channels as command
from bot.cli.channels import judge_delivery
from bot.config import Secret, config
from bot.errors import BotError, ConfigError
from tests.fakes.bot_api_server import TOKEN, FakeBotApi
from tests.fakes.running import run_app

TELEGRAM = {"telegram_bot_token": Secret(TOKEN), "telegram_webhook_secret": Secret("s" * 30)}
WHATSAPP = {
    "whatsapp_phone_number_id": "106540352242922",
    "whatsapp_access_token": Secret("token-of-tests"),
    "whatsapp_app_secret": Secret("secret"),
    "whatsapp_verify_token": Secret("word-of-tests"),
}
Run = Callable[..., tuple[int, str]]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application in a thread of its own: a command blocks the test's."""
    ready, end, url = threading.Event(), threading.Event(), [""]

    async def serve() -> None:
        async with run_app(app) as running:
            url[0] = running.url
            ready.set()
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait(10)
    yield url[0]
    end.set()
    thread.join()


@contextmanager
def meta(status: int, body: object) -> Iterator[tuple[str, list[str]]]:
    """A Graph API with one answer; what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v25.0", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with these settings; exit code and everything it said."""

    def call(*words: str, **settings: Any) -> tuple[int, str]:
        made = replace(config(), **settings)
        for module in (command, prepare):
            monkeypatch.setattr(module, "config", lambda: made)
        monkeypatch.setattr(prepare, "make_secrets", lambda: None)
        result = typer.testing.CliRunner().invoke(app, ["channels", *words])
        if isinstance(result.exception, BotError):
            return 1, str(result.exception)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return call


def test_list_names_what_is_missing(run: Run) -> None:
    code, said = run("list", **TELEGRAM, whatsapp_phone_number_id="1")
    assert code == 0
    assert [line.split()[1].rstrip(":") for line in said.splitlines()] == ["on", "on", "off"]
    assert "WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN" in said


def test_connect_sets_webhook_and_menu_in_every_language(run: Run) -> None:
    api = FakeBotApi()
    with served(api) as url:
        code, said = run("connect", "telegram", **TELEGRAM, telegram_api_url=url, public_url="https://shop.example")
        again = run("connect", "telegram", **TELEGRAM, telegram_api_url=url, public_url="https://shop.example")
    assert (code, again) == (0, (0, said))
    assert api.webhook["url"] == "https://shop.example/webhooks/telegram"
    assert api.webhook["secret_token"] == "s" * 30
    assert "drop_pending_updates" not in api.webhook
    menus = [params.get("language_code") for name, params in api.calls if name == "setMyCommands"]
    assert sorted(menus[:3], key=str) == [None, "gu", "ta"]
    assert "s" * 30 not in said


@pytest.mark.parametrize("address", ["", "http://shop.example", "https://shop.example:9000"])
def test_connect_refuses_what_telegram_cannot_reach(run: Run, address: str) -> None:
    code, said = run("connect", "telegram", **TELEGRAM, public_url=address)
    assert code == 1
    assert "--poll" in said


def test_a_wrong_token_is_said_and_never_shown(run: Run) -> None:
    with served(FakeBotApi(token="another")) as url:
        settings: dict[str, Any] = {**TELEGRAM, "telegram_api_url": url, "public_url": "https://shop.example"}
        code, said = run("connect", "telegram", **settings)
        checked, told = run("check", **settings)
    assert (code, checked) == (1, 1)
    assert "TELEGRAM_BOT_TOKEN" in said
    assert "TELEGRAM_BOT_TOKEN" in told
    assert TOKEN not in said + told


def test_check_says_what_is_wrong_with_the_webhook(run: Run) -> None:
    api = FakeBotApi()
    api.webhook = {"url": "https://old.example/x", "last_error_date": 1, "last_error_message": "Connection refused"}
    with served(api) as url:
        code, said = run("check", **TELEGRAM, telegram_api_url=url, public_url="https://shop.example")
        assert code == 1
        for part in ("https://old.example/x", "Connection refused", "other updates"):
            assert part in said
        api.webhook = {}
        _, said = run("check", **TELEGRAM, telegram_api_url=url)
    assert "no webhook" in said


@pytest.mark.parametrize(
    ("status", "body", "code", "word"),
    [
        (200, {"display_phone_number": "+91 99999 10001", "verified_name": "Tulsi"}, 0, "+91 99999 10001"),
        (200, {"display_phone_number": "+91 1", "quality_rating": "RED"}, 1, "red"),
        (401, {"error": {"code": 190, "message": "expired"}}, 1, "WHATSAPP_ACCESS_TOKEN"),
        (400, {"error": {"code": 100, "message": "no such object"}}, 1, "WHATSAPP_PHONE_NUMBER_ID"),
        (500, {"error": {"code": 2, "message": "Service down"}}, 1, "Service down"),
        (502, [], 1, "502"),
    ],
)
def test_whatsapp_is_checked_by_reading_its_number(run: Run, status: int, body: Any, code: int, word: str) -> None:
    with meta(status, body) as (url, asked):
        exit_code, said = run("connect", "whatsapp", **WHATSAPP, whatsapp_api_url=url)
    assert exit_code == code
    assert word in said
    assert "/webhooks/whatsapp" in said
    assert "word-of-tests" not in said
    assert asked[0].startswith("/v25.0/106540352242922?fields=")
    assert asked[0].endswith("Bearer token-of-tests")


def test_what_the_gateway_answers_decides_about_an_update() -> None:
    for taken in (200, 400, 413):
        judge_delivery(taken)
    for status in (403, 404):
        with pytest.raises(ConfigError):
            judge_delivery(status)
    for status in (500, 503):
        with pytest.raises(NotDelivered):
            judge_delivery(status)


async def test_polling_begins_although_telegram_is_away() -> None:
    api = FakeBotApi()
    async with run_app(api) as running:
        calls = BotApi(Secret(TOKEN), running.url)
        api.fail_next("setMyCommands", 500, "Internal Server Error")
        said = [await command._greet(calls), await command._greet(calls)]
        api.token = "another"
        with pytest.raises(ConfigError):
            await command._greet(calls)
        await calls.close()
    assert "500" in said[0]
    assert said[1] == "@seva_test_bot"
