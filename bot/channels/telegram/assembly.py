"""Puts the channel together from the settings; None while some of them are missing (`/readyz` names them)."""

from __future__ import annotations

from bot.channels.contract import Inbox
from bot.channels.states import find_missing
from bot.channels.telegram.api import BotApi
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.connection import LINK_PATH, PATH
from bot.channels.telegram.keyboards import ChoiceSigner
from bot.channels.telegram.linking import IssueLink, LinkDoor
from bot.channels.telegram.pictures import Pictures
from bot.channels.telegram.updates import NAME
from bot.channels.telegram.webhook import RecordPhone, TelegramWebhook
from bot.channels.webhooks import Webhook
from bot.config import Config


def build_telegram(config: Config) -> Telegram | None:
    """The channel, opening nothing yet."""
    if find_missing(config, NAME):
        return None
    api = BotApi(config.telegram_bot_token, config.telegram_api_url)
    pictures = Pictures(config.base_url, config.loopback_url)
    return Telegram(api, ChoiceSigner(config.secret_key.reveal()), pictures)


def build_telegram_webhooks(
    config: Config, inbox: Inbox, channel: Telegram, record_phone: RecordPhone, issue: IssueLink
) -> dict[str, Webhook]:
    """Where Telegram calls, and where an open web chat asks for its way into Telegram."""
    key = config.secret_key.reveal()
    signer = ChoiceSigner(key)
    return {
        PATH: TelegramWebhook(inbox, channel, config.telegram_webhook_secret, signer, record_phone),
        LINK_PATH: LinkDoor(key, channel.find_username, issue),
    }
