"""Speaks HTTP with WooCommerce: authentication, time limit, repeats, and errors by type. Knows no orders.

One port call is one `Call`, and all its requests share one time limit. Reads are repeated after a fault; writes are
not, because the shop may have written before its answer was lost: whoever writes looks and decides (`effects`).
Neither key, secret nor query ever reaches a log: queries hold customers' e-mails.
Sources: wp-api-v3/_authentication.md (basic auth over HTTPS), _introduction.md (errors, pagination), RFC 9110 10.2.3.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.config import Secret, is_loopback
from bot.errors import ShopUnavailable
from bot.shop.port import SHOP_TIMEOUT_S
from bot.shop.woocommerce.errors import (
    WooBroken,
    WooBusy,
    WooDenied,
    WooFailed,
    WooMissing,
    WooRejected,
    WooUnreachable,
)

Json = dict[str, Any]
Query = dict[str, str | int]
BODY_MAX_BYTES = 8 * 1024 * 1024
PER_PAGE_MAX = 100
# Pauses before a read is repeated.
BACKOFF_S = (0.1, 0.3)
RETRY_AFTER_DEFAULT_S, RETRY_AFTER_MAX_S = 1.0, 60.0
# A 500 with this code is no fault but an answer: class-wc-rest-order-refunds-controller.php.
_REFUSED_WITH_500 = "woocommerce_rest_cannot_create_order_refund"
_log = logging.getLogger(__name__)


class WooClient:
    """Made once a process; may be used from several threads."""

    def __init__(self, url: str, key: Secret, secret: Secret, *, timeout_s: float = SHOP_TIMEOUT_S) -> None:
        # httpx logs every address with its query at INFO.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/wp-json/wc/v3/",
            auth=(key.reveal(), secret.reveal()),
            headers={"Accept": "application/json", "User-Agent": "seva"},
            # A redirect would carry the key to another address.
            follow_redirects=False,
            trust_env=not is_loopback(url),
        )
        self._timeout_s = timeout_s
        self._quiet_until = 0.0

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def begin(self) -> Call:
        """A call that may take the whole time limit from now."""
        return Call(self, time.monotonic() + self._timeout_s)

    def send(
        self, method: str, path: str, ends_at: float, query: Query, body: Json | None
    ) -> tuple[Any, httpx.Headers]:
        """One request: what the shop answered. Raises one of `errors`."""
        now = time.monotonic()
        if now < self._quiet_until:
            # The shop has asked for quiet: do not even ask.
            raise WooBusy(self._quiet_until - now)
        try:
            with self._http.stream(method, path, params=query, json=body, timeout=_left(ends_at)) as response:
                raw = _read_body(response, ends_at)
            return _understand(response, raw), response.headers
        except httpx.HTTPError as error:
            _log.warning("WooCommerce: %s %s: %s", method, path, type(error).__name__)
            raise WooUnreachable(type(error).__name__) from error
        except WooBusy as busy:
            self._quiet_until = time.monotonic() + busy.retry_after_s
            _log.warning("WooCommerce: %s %s: %s", method, path, busy)
            raise
        except WooDenied:
            _log.error("WooCommerce: %s %s: WOOCOMMERCE_KEY and WOOCOMMERCE_SECRET were refused", method, path)
            raise
        except (WooFailed, WooBroken, WooRejected) as error:
            _log.warning("WooCommerce: %s %s: %s %s", method, path, error.code, error)
            raise


@dataclass(frozen=True)
class Call:
    """The requests of one port call."""

    client: WooClient
    ends_at: float

    def get(self, path: str, **query: str | int) -> Json:
        """One thing. Raises WooMissing if there is none."""
        return _as_object(self._read(path, query)[0])

    def get_list(self, path: str, **query: str | int) -> list[Json]:
        """One page of things."""
        return _as_list(self._read(path, query)[0])

    def get_pages(self, path: str, pages_max: int, **query: str | int) -> list[Json]:
        """All things, at most `pages_max` pages of them. Source: _introduction.md, Pagination (X-WP-TotalPages)."""
        found: list[Json] = []
        for page in range(1, pages_max + 1):
            data, headers = self._read(path, {"per_page": PER_PAGE_MAX, **query, "page": page})
            found += _as_list(data)
            total = headers.get("X-WP-TotalPages", "1")
            if not total.isdigit() or page >= int(total):
                break
        return found

    def put(self, path: str, body: Json, **query: str | int) -> Json:
        """Changes a thing; the thing as it is then. Never repeated here."""
        return _as_object(self.client.send("PUT", path, self.ends_at, query, body)[0])

    def post(self, path: str, body: Json) -> Json:
        """Adds a thing. Never repeated here."""
        return _as_object(self.client.send("POST", path, self.ends_at, {}, body)[0])

    def _read(self, path: str, query: Query) -> tuple[Any, httpx.Headers]:
        for pause_s in BACKOFF_S:
            try:
                return self.client.send("GET", path, self.ends_at, query, None)
            except (WooUnreachable, WooFailed, WooBusy) as error:
                wait_s = error.retry_after_s if isinstance(error, WooBusy) else pause_s
                if time.monotonic() + wait_s >= self.ends_at:
                    raise
                time.sleep(wait_s)
        return self.client.send("GET", path, self.ends_at, query, None)


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise WooUnreachable("no time left")
    return left


def _read_body(response: httpx.Response, ends_at: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise WooBroken("the answer is too long")
        # httpx limits each read; an answer that drips would last for ever.
        _left(ends_at)
    return bytes(body)


def _understand(response: httpx.Response, raw: bytes) -> Any:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise WooBusy(_retry_after(response.headers.get("Retry-After", "")))
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise WooDenied(str(status))
    if status < 300:
        try:
            return json.loads(raw)
        except ValueError as error:
            raise WooBroken("no JSON") from error
    raise _find_error(status, _error_code(raw))


def _find_error(status: int, reason: str) -> ShopUnavailable:
    if status < 400:
        return WooBroken(f"redirects ({status}): is WOOCOMMERCE_URL the shop's own address?")
    if reason == _REFUSED_WITH_500:
        return WooRejected(reason)
    if status >= 500:
        return WooFailed(str(status))
    if reason in ("", "rest_no_route"):
        return WooBroken(f"{status}, not of the REST API v3: is WOOCOMMERCE_URL right?")
    return WooMissing(reason) if status == httpx.codes.NOT_FOUND else WooRejected(reason)


def _error_code(raw: bytes) -> str:
    try:
        found = json.loads(raw)
    except ValueError:
        return ""
    return str(found.get("code", "")) if isinstance(found, dict) else ""


def _retry_after(text: str) -> float:
    """Seconds, given as such or as a date; between 0 and RETRY_AFTER_MAX_S."""
    readers: tuple[Callable[[str], float], ...] = (
        lambda given: float(int(given)),
        lambda given: (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds(),
    )
    for reader in readers:
        try:
            return min(max(reader(text), 0.0), RETRY_AFTER_MAX_S)
        except (ValueError, TypeError):
            continue
    return RETRY_AFTER_DEFAULT_S


def _as_object(data: Any) -> Json:
    if not isinstance(data, dict):
        raise WooBroken("not an object")
    return data


def _as_list(data: Any) -> list[Json]:
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise WooBroken("not a list")
    return data
