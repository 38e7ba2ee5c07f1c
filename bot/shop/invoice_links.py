"""Links to invoices: signed, so that nobody can guess one, and ending by themselves. The page behind is `invoices`."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from bot.config import config

LINK_FOR = timedelta(minutes=60)
_SALT = "seva.invoice"


def build_link(order: str) -> str:
    """Where the invoice of this order can be fetched for an hour. Only for whom the order is verified."""
    token = signing.dumps({"o": order}, salt=_SALT)
    return f"{config().base_url}/invoices/{token}.pdf"


def read_link(token: str) -> str | None:
    """The order's number, or None if the link is forged or has ended."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=LINK_FOR)["o"])
    except (signing.BadSignature, KeyError, TypeError):
        return None
