"""Which channels are on, and which settings the others lack. Read by `/readyz` and `seva channels`."""

from __future__ import annotations

from bot.channels.troubles import read_trouble
from bot.config import Config

NEEDED: dict[str, tuple[str, ...]] = {
    "webchat": (),
    "telegram": ("telegram_bot_token", "telegram_webhook_secret"),
    "whatsapp": ("whatsapp_phone_number_id", "whatsapp_access_token", "whatsapp_app_secret", "whatsapp_verify_token"),
}


def find_missing(config: Config, channel: str) -> list[str]:
    """Names of the settings that the channel still needs; empty if it is on."""
    return [name.upper() for name in NEEDED[channel] if not getattr(config, name)]


def channel_states(config: Config) -> dict[str, str]:
    """Each channel: `on`, `off` with the settings that are missing, or `stopped` with what has to be mended."""
    return {channel: _word_state(config, channel) for channel in NEEDED}


def _word_state(config: Config, channel: str) -> str:
    missing, trouble = find_missing(config, channel), read_trouble(channel)
    if missing:
        return "off: missing " + ", ".join(missing)
    return f"stopped: {trouble}" if trouble else "on"
