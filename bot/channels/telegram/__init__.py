"""Telegram: webhook or long polling in, Bot API calls out (docs/channels/telegram.md). Reference: CHANNELS 2."""
