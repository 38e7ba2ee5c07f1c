"""Who carries a one-time code to the customer, by the setting CODE_SENDER: `demo`, `smtp`, or one's own.

A sender of one's own (an SMS gateway) is a class with the method `send`. Nobody logs what is sent.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from importlib import import_module
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.utils import timezone

from bot.config import config
from bot.errors import CodeNotSent, ConfigError
from bot.shop.proofs import ShownCode

SENDERS = {"demo": "bot.shop.senders:DemoSender", "smtp": "bot.shop.senders:MailSender"}
SEND_TIMEOUT_S = 5.0


class Sender(Protocol):
    """One way to an e-mail address or a phone. Made once a process, called from several threads."""

    ways: tuple[str, ...]  # which of "email", "phone" it can reach, the preferred one first

    def send(self, way: str, address: str, subject: str, text: str, seconds: int) -> None:
        """Hands the text over; `seconds` is how long it counts. Raises CodeNotSent."""
        ...


class DemoSender:
    """Sends nothing: shows the text on the operators' page as long as it counts. For demo and trial only."""

    ways = ("phone", "email")

    def send(self, way: str, address: str, subject: str, text: str, seconds: int) -> None:
        """See `Sender.send`."""
        now = timezone.now()
        ShownCode.objects.filter(until__lte=now).delete()
        ShownCode.objects.create(sent_to=address, text=text, sent_at=now, until=now + timedelta(seconds=seconds))


class MailSender:
    """By e-mail through SMTP_URL (smtp://user:password@host:587, smtps://… for TLS from the start)."""

    ways = ("email",)

    def send(self, way: str, address: str, subject: str, text: str, seconds: int) -> None:
        """See `Sender.send`."""
        settings = config()
        try:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = settings.mail_from, address, subject
            message.set_content(text)
            with contextlib.closing(_connect(settings.smtp_url.reveal())) as server:
                _log_in(server, settings.smtp_url.reveal())
                server.send_message(message)
                # It has taken the letter; how it says goodbye changes nothing.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Its own text may hold the address.
            raise CodeNotSent(type(error).__name__) from None


def open_sender() -> Sender:
    """The sender of this process. Raises ConfigError if CODE_SENDER names none."""
    return _make(config().code_sender)


@cache
def _make(name: str) -> Sender:
    module, _, attribute = SENDERS.get(name, name).partition(":")
    try:
        sender: Sender = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"CODE_SENDER={name!r} names nothing that can be loaded: {error}") from error
    return sender


def _connect(url: str) -> smtplib.SMTP:
    """The server, with its certificate checked where it is encrypted: left to itself, smtplib checks none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, parts.port or 465, timeout=SEND_TIMEOUT_S, context=trust)
    return smtplib.SMTP(host, parts.port or 25, timeout=SEND_TIMEOUT_S)


def _log_in(server: smtplib.SMTP, url: str) -> None:
    """Says user and password, if the address holds them, and never unencrypted."""
    parts = urlsplit(url)
    if not parts.username:
        return
    if parts.scheme != "smtps":
        server.starttls(context=ssl.create_default_context())
    server.login(unquote(parts.username), unquote(parts.password or ""))
