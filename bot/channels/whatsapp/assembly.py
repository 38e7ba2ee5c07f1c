"""Puts the channel together from the settings; None while some of them are missing (`/readyz` names them)."""

from __future__ import annotations

from bot.channels.contract import Inbox
from bot.channels.states import find_missing
from bot.channels.webhooks import Webhook
from bot.channels.whatsapp.channel import Rules, WhatsApp
from bot.channels.whatsapp.graph import Graph
from bot.channels.whatsapp.parse import NAME
from bot.channels.whatsapp.webhook import PATH, WhatsAppWebhook
from bot.config import Config


def build_whatsapp(config: Config) -> WhatsApp | None:
    """The channel, opening nothing yet."""
    if find_missing(config, NAME):
        return None
    rules = Rules(
        default_language=config.default_language,
        templates=config.whatsapp_template,
        template_languages=config.whatsapp_template_languages,
        report_wait_s=config.report_wait_s,
    )
    token = config.whatsapp_access_token.reveal()
    return WhatsApp(Graph(config.whatsapp_api_url, config.whatsapp_phone_number_id, token), rules)


def build_whatsapp_webhooks(config: Config, inbox: Inbox, channel: WhatsApp) -> dict[str, Webhook]:
    """Where Meta calls."""
    secrets = tuple(part.strip() for part in config.whatsapp_app_secret.reveal().split(",") if part.strip())
    webhook = WhatsAppWebhook(
        inbox,
        phone_number_id=config.whatsapp_phone_number_id,
        app_secrets=secrets,
        verify_token=config.whatsapp_verify_token.reveal(),
        heard=channel.hear,
    )
    return {PATH: webhook}
