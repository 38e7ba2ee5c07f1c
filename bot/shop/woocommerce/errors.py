"""What can go wrong between us and WooCommerce. All of it is ShopUnavailable to those who ask the port.

Source of statuses and bodies: wp-api-v3/_introduction.md, Errors.
"""

from __future__ import annotations

from bot.errors import ShopUnavailable


class WooUnreachable(ShopUnavailable):
    """No answer, or not in time. A write may have happened."""

    code = "woo_unreachable"


class WooFailed(ShopUnavailable):
    """5xx: the shop or something before it broke. A write may have happened."""

    code = "woo_failed"


class WooBusy(ShopUnavailable):
    """429: nothing was done; after `retry_after_s` it may be."""

    code = "woo_busy"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"too many requests, again after {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class WooDenied(ShopUnavailable):
    """401 or 403: the key is wrong or may too little. Repeating does not help; the operator has to mend it."""

    code = "woo_denied"


class WooBroken(ShopUnavailable):
    """Not an answer of this API: no JSON, another shape, a redirect, no such route."""

    code = "woo_broken"


class WooMissing(ShopUnavailable):
    """404: there is no such order, product or customer."""

    code = "woo_missing"


class WooRejected(ShopUnavailable):
    """The shop understood and said no, naming `reason` (its error code); nothing was done."""

    code = "woo_rejected"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
