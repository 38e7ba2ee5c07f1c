"""`seva channels …`: what each channel lacks, whether it works, and how to connect it."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import httpx
import typer

from bot.channels.states import channel_states, find_missing
from bot.channels.telegram import connection
from bot.channels.telegram.api import ApiRefused, ApiUnanswered, BotApi
from bot.channels.telegram.polling import NotDelivered, Poller
from bot.channels.telegram.webhook import SECRET_HEADER
from bot.cli import prepare, whatsapp_account
from bot.config import Config, config
from bot.errors import BotError, ConfigError

app = typer.Typer(no_args_is_help=True, help="Web chat, Telegram, WhatsApp: missing settings, state, connection.")
TIMEOUT_S = 10.0
# What a channel says of itself, and what is wrong.
Findings = tuple[str, list[str]]
R = TypeVar("R")


@app.command("list")
def list_() -> None:
    """Each channel, on or off, with the settings that are missing."""
    for name, state in channel_states(config()).items():
        typer.echo(f"{name:<9} {state}")


@app.command("check")
def check() -> None:
    """Asks every channel that is on whether it works; exit code 1 if one does not."""
    wrong = 0
    for name, state in channel_states(config()).items():
        said, problems = asyncio.run(_check(name)) if state == "on" else (state, [])
        typer.echo(f"{name:<9} {said}")
        for problem in problems:
            typer.echo(f"          ! {problem}")
        wrong += len(problems)
    if wrong:
        raise typer.Exit(1)


@app.command("connect")
def connect(name: Annotated[str, typer.Argument(help="telegram or whatsapp")]) -> None:
    """Telegram: sets webhook and menu. WhatsApp: says what to enter where, and checks token and number."""
    if name not in ("telegram", "whatsapp"):
        raise ConfigError(f"there is nothing to connect for {name!r}: telegram or whatsapp")
    prepare.make_secrets()
    if name == "telegram":
        _require(name)
        typer.echo(asyncio.run(_with_api(lambda api: connection.connect(api, config()))))
        return
    typer.echo(whatsapp_account.describe_entries(config()))
    _require(name)
    said, problems = asyncio.run(whatsapp_account.find_problems(config()))
    typer.echo("\n".join([said, *(f"! {problem}" for problem in problems)]))
    if problems:
        raise typer.Exit(1)


@app.command("telegram")
def telegram(
    poll: Annotated[bool, typer.Option("--poll", help="Fetch updates where no webhook reaches the gateway.")] = False,
) -> None:
    """Receives by long polling until Ctrl-C; the gateway must be running (`seva up`)."""
    if not poll:
        raise ConfigError("say --poll; for a webhook: seva channels connect telegram")
    prepare.make_secrets()
    _require("telegram")
    with _alone(config()):
        asyncio.run(_poll(config()))


async def _check(name: str) -> Findings:
    """What the channel says of itself; a service that does not answer is a problem like any other."""
    try:
        if name == "telegram":
            return await _with_api(lambda api: connection.find_problems(api, config()))
        if name == "whatsapp":
            return await whatsapp_account.find_problems(config())
        return await _check_gateway(config())
    except BotError as error:
        return "does not work", [str(error)]


async def _check_gateway(settings: Config) -> Findings:
    url = settings.base_url
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=bool(settings.public_url)) as client:
            answer = await client.get(f"{url}/widget.js")
    except httpx.HTTPError as error:
        return f"{url}/widget.js", [f"not reached ({type(error).__name__}): is the gateway running?"]
    fault = [] if answer.is_success else [f"answers {answer.status_code}"]
    return f'<script src="{url}/widget.js" async></script>', fault


async def _with_api(work: Callable[[BotApi], Awaitable[R]]) -> R:
    api = BotApi(config().telegram_bot_token, config().telegram_api_url)
    try:
        return await work(api)
    finally:
        await api.close()


async def _poll(settings: Config) -> None:
    """Delivers to the gateway's own webhook: one way in, whoever carries."""
    url = settings.loopback_url + connection.PATH
    headers = {SECRET_HEADER: settings.telegram_webhook_secret.reveal()}
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, headers=headers) as client:

        async def deliver(update: dict[str, Any]) -> None:
            try:
                answer = await client.post(url, json=update)
            except httpx.HTTPError as error:
                raise NotDelivered(f"{type(error).__name__}: is the gateway running at {url}?") from None
            judge_delivery(answer.status_code)

        async def run(api: BotApi) -> None:
            typer.echo(f"{await _greet(api)}: polling, delivering to {url}. Ctrl-C ends it.")
            await Poller(api, deliver).run()

        await _with_api(run)


async def _greet(api: BotApi) -> str:
    """What the bot is called, its menu renewed. Raises: ConfigError for a wrong token; else Telegram may be away."""
    try:
        name = f"@{await connection.ask_name(api)}"
        await connection.set_menu(api)
    except (ApiRefused, ApiUnanswered) as error:
        return f"the bot ({error}; its menu is as it was)"
    return name


def judge_delivery(status: int) -> None:
    """Returns if the gateway has the update, or never will take it. Raises: NotDelivered; ConfigError."""
    if status in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        return
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise ConfigError("the gateway has another TELEGRAM_WEBHOOK_SECRET: start it again")
    if status == HTTPStatus.NOT_FOUND:
        raise ConfigError("Telegram is off in the running gateway: start it again with TELEGRAM_BOT_TOKEN set")
    raise NotDelivered(f"answer {status}")


def _require(name: str) -> None:
    missing = find_missing(config(), name)
    if missing:
        raise ConfigError(f"{name} needs {', '.join(missing)}: see docs/channels/{name}.md")


@contextmanager
def _alone(settings: Config) -> Iterator[None]:
    """One poller on this machine. Raises: ConfigError."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    with (settings.data_path / "telegram-poll.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError("another `seva channels telegram --poll` is running") from None
        yield
