"""Puts the gateway together: database pools, worker, dialogue, channels, live events. Only wiring.

`build_gateway` opens nothing; `start` and `stop` belong to the process's event loop (`bot.asgi` calls them).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from bot.api.courier import Courier, Sender
from bot.api.models import Kind
from bot.channels.contract import Channel
from bot.channels.media import MediaSource
from bot.channels.telegram.assembly import build_telegram, build_telegram_webhooks
from bot.channels.telegram.channel import Telegram
from bot.channels.webchat.doors import Doors
from bot.channels.webchat.origins import build_origin_check
from bot.channels.webchat.server import WebChat
from bot.channels.webchat.uploads import Uploads
from bot.channels.webhooks import Webhook, Webhooks
from bot.channels.whatsapp.assembly import build_whatsapp, build_whatsapp_webhooks
from bot.channels.whatsapp.channel import WhatsApp
from bot.chatwoot.client import ChatwootClient
from bot.chatwoot.mirror import Mirror, is_connected, record_connection
from bot.chatwoot.replies import ChatwootWebhook
from bot.config import Config
from bot.conversations.database import DatabasePool
from bot.conversations.feed import Feed, set_feed
from bot.conversations.links import issue_link
from bot.conversations.port import DatabaseInbox
from bot.conversations.presence import Presence
from bot.conversations.worker import Dialogue, Worker
from bot.dialogue.client import DialogueClient
from bot.duties import DUTIES
from bot.media.fetcher import Fetcher
from bot.media.store import open_store
from bot.recurring import Recurring
from bot.shop.known import record_known


@dataclass(frozen=True)
class Gateway:
    """The running parts of one gateway process."""

    pool: DatabasePool
    dialogue: Dialogue
    channels: dict[str, Channel]
    webchat: WebChat
    worker: Worker
    inbox: DatabaseInbox
    presence: Presence
    duties: Recurring
    feed: Feed
    fetcher: Fetcher
    webhooks: Webhooks
    uploads: Uploads
    courier: Courier
    whatsapp: WhatsApp | None = None
    telegram: Telegram | None = None

    async def start(self) -> None:
        """Begins to answer; also what a crash has left behind."""
        set_feed(self.feed)
        await self.feed.start()
        self.presence.start()
        await self.worker.start()
        self.duties.start()
        self.fetcher.start()
        self.courier.start()

    async def stop(self) -> None:
        """Finishes what is under way, leaves the rest in the database, closes connections."""
        await self.courier.stop()
        await self.fetcher.stop()
        await self.duties.stop()
        await self.webchat.stop()
        await self.worker.stop()
        for channel in (self.whatsapp, self.telegram):
            if channel:
                await channel.stop()
        self.presence.stop()
        await self.feed.stop()
        set_feed(None)
        if isinstance(self.dialogue, DialogueClient):
            await self.dialogue.close()
        await self.pool.close()


def build_gateway(config: Config) -> Gateway:
    """All parts, joined. In the event loop that will run them."""
    dialogue = DialogueClient(
        config.rasa_addresses, config.rasa_token.reveal(), config.turn_timeout_s, config.turns_in_flight
    )
    webchat = build_webchat(config)
    channels: dict[str, Channel] = {webchat.name: webchat}
    sources: dict[str, MediaSource] = {}
    whatsapp, telegram = build_whatsapp(config), build_telegram(config)
    for channel in (whatsapp, telegram):
        if channel:
            channels[channel.name] = sources[channel.name] = channel
    pool = DatabasePool(connection.vendor)
    worker = Worker(config, pool, dialogue, channels)
    store = open_store()
    fetcher = Fetcher(pool, store, sources)
    inbox = DatabaseInbox(pool, worker, fetcher.wake)
    webchat.attach(inbox)
    hooks = build_webhooks(config, pool, inbox, whatsapp, telegram)
    courier = build_courier(config, pool, hooks)
    uploads = Uploads(config.secret_key.reveal(), inbox, store, webchat.echo, config.media_max_mb)
    return Gateway(
        pool,
        dialogue,
        channels,
        webchat,
        worker,
        inbox,
        Presence(pool, channels, worker.wake),
        Recurring(DUTIES, pool, worker.wake),
        Feed(config.redis_url, pool),
        fetcher,
        Webhooks(hooks),
        uploads,
        courier,
        whatsapp,
        telegram,
    )


def build_courier(config: Config, pool: DatabasePool, hooks: dict[str, Webhook]) -> Courier:
    """What carries events outside; joins Chatwoot in both directions if it is connected."""
    senders: dict[str, Sender] = {}
    if is_connected(config):
        senders[Kind.CHATWOOT] = Mirror(pool, ChatwootClient(config))
        secret = config.chatwoot_webhook_secret.reveal()
        hooks["/webhooks/chatwoot"] = ChatwootWebhook(pool, ChatwootClient(config), secret)
    return Courier(pool, senders, lambda: record_connection(config))


def build_webchat(config: Config) -> WebChat:
    """The web chat of this installation."""
    return WebChat(
        config.secret_key.reveal(),
        config.message_rate,
        build_origin_check(config),
        Doors(config.sockets_per_address, config.sessions_per_address),
        redis_url=config.redis_url,
    )


def build_webhooks(
    config: Config, pool: DatabasePool, inbox: DatabaseInbox, whatsapp: WhatsApp | None, telegram: Telegram | None
) -> dict[str, Webhook]:
    """What stands behind each address that others call; joins Telegram to the shop and to the other channels."""
    hooks: dict[str, Webhook] = {}
    if whatsapp:
        hooks |= build_whatsapp_webhooks(config, inbox, whatsapp)
    if telegram:
        hooks |= build_telegram_webhooks(
            config,
            inbox,
            telegram,
            record_phone=lambda user, phone: pool.write(record_known, telegram.name, user, "contact", phone=phone),
            issue=lambda channel, user: pool.write(issue_link, channel, user),
        )
    return hooks
