"""Connects the bot: its webhook, its menu, and what is wrong with either. Called by `seva channels`, never at start:
several processes that set the webhook at once are refused (CHANNELS 2.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.channels.telegram.api import ApiRefused, BotApi
from bot.channels.telegram.results import is_unwelcome
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.config import Config
from bot.errors import ConfigError
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES, say

Json = dict[str, Any]
PATH = "/webhooks/telegram"
LINK_PATH = "/telegram/link"
# The only ones that Telegram calls (CHANNELS 2.2); None is the scheme's own, 443.
PORTS = (None, 443, 80, 88, 8443)
MANY_WAITING = 100
COMMANDS = ("start", "phone", "agent")


def find_address(config: Config) -> str:
    """Where Telegram would deliver. Raises: ConfigError if it cannot."""
    parts = urlsplit(config.base_url)
    if parts.scheme != "https" or parts.port not in PORTS:
        raise ConfigError(
            f"Telegram reaches only https addresses on port 443, 80, 88 or 8443, not {config.base_url}. "
            "Set PUBLIC_URL, or run `seva channels telegram --poll`, which needs no public address"
        )
    return config.base_url + PATH


async def connect(api: BotApi, config: Config) -> str:
    """Sets webhook and menu; what was done, for the operator. Safe to repeat. Raises: ConfigError, ApiUnanswered."""
    address = find_address(config)
    me = await ask_name(api)
    await api.call(
        "setWebhook",
        {
            "url": address,
            "secret_token": config.telegram_webhook_secret.reveal(),
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": 40,
        },
    )
    await set_menu(api)
    return f"@{me} delivers to {address}"


async def set_menu(api: BotApi) -> None:
    """The bot's commands in every language of ours; those without one of theirs see the default."""
    for language in LANGUAGES:
        commands = [
            {"command": name, "description": say(f"system.telegram.menu.{name}", language)} for name in COMMANDS
        ]
        named = {} if language == DEFAULT_LANGUAGE else {"language_code": language}
        await api.call("setMyCommands", {"commands": commands, **named})


async def find_problems(api: BotApi, config: Config) -> tuple[str, list[str]]:
    """What Telegram says of the bot, and what is wrong. Raises: ConfigError, ApiUnanswered."""
    me = await ask_name(api)
    info: Json = await api.call("getWebhookInfo")
    address = str(info.get("url") or "")
    if not address:
        return f"@{me}, no webhook: only `seva channels telegram --poll` receives", []
    problems = []
    expected = config.base_url + PATH
    if address != expected:
        problems.append(f"the webhook goes to {address}, not to {expected}: seva channels connect telegram")
    if set(info.get("allowed_updates") or ()) != set(ALLOWED_UPDATES):
        problems.append("the webhook asks for other updates: seva channels connect telegram")
    waiting = int(info.get("pending_update_count") or 0)
    if waiting >= MANY_WAITING:
        problems.append(f"{waiting} updates wait at Telegram")
    if info.get("last_error_message"):
        at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
        problems.append(f"last failed delivery {at:%Y-%m-%d %H:%M} UTC: {info['last_error_message']}")
    return f"@{me} delivers to {address}, {waiting} waiting", problems


async def ask_name(api: BotApi) -> str:
    """The bot's public name. Raises: ConfigError if the token is refused; ApiRefused, ApiUnanswered."""
    try:
        return str((await api.call("getMe")).get("username") or "")
    except ApiRefused as error:
        if is_unwelcome(error):
            raise ConfigError("Telegram refuses TELEGRAM_BOT_TOKEN: compare it with what BotFather says") from None
        raise
