"""Finds orders in WooCommerce by number, e-mail or phone, as the API gives them.

An order's number is its id unless a plug-in numbers orders anew ("TT-10432"); then only `search` finds it. Which of
both it is here is read off the newest order, so that a number that is not there costs the same as one that is.
Sources: wp-api-v3/_orders.md, List all orders (include, search, customer, per_page); _customers.md (email, role);
what `search` looks through: class-wc-rest-orders-v2-controller.php (wc_order_search, `s`).
"""

from __future__ import annotations

import re
import time

import phonenumbers

from bot.language.normalise import normalise
from bot.shop.phones import parse_email, parse_phone
from bot.shop.woocommerce.client import Call, Json
from bot.shop.woocommerce.errors import WooBroken

# Amounts with more places than money has, because line totals are kept net of tax. Parameter `dp`, _orders.md.
PLACES = 6
SEARCH_PAGES_MAX = 3
LIST_MAX = 50
NUMBERING_KEPT_S = 3600.0
_DIGITS_MAX = 15
# People write a number in groups ("99999 10001"), and the shop keeps it as it was typed: the last group finds it.
_PHONE_TAIL = 5
_NO_ORDER = frozenset({"trash", "auto-draft", "checkout-draft"})


class OrderFinder:
    """Remembers how the shop numbers its orders, and the newest of them (`newest`, its id); nothing else."""

    def __init__(self) -> None:
        self.newest = 0
        self._renumbered, self._known_until = False, 0.0

    def find(self, call: Call, number: str) -> Json | None:
        """The order with that number however it is written; None if there is none."""
        key = _key(number)
        digits = re.sub(r"\D", "", key)
        if not digits or len(digits) > _DIGITS_MAX:
            return None
        if self._is_renumbered(call):
            rows = call.get_pages("orders", SEARCH_PAGES_MAX, search=digits, dp=PLACES)
        else:
            rows = call.get_list("orders", include=digits, dp=PLACES)
        fitting = [row for row in map(_check_shape, rows) if _is_order(row) and key in _keys(row)]
        return next(iter(sorted(fitting, key=lambda row: _key(row["number"]) != key)), None)

    def _is_renumbered(self, call: Call) -> bool:
        if time.monotonic() >= self._known_until:
            for row in map(_check_shape, call.get_list("orders", per_page=1)):
                self.newest, self._renumbered = row["id"], row["number"] != str(row["id"])
            self._known_until = time.monotonic() + NUMBERING_KEPT_S
        return self._renumbered


def find_by_person(call: Call, email: str, phone: str) -> list[Json]:
    """The orders of this e-mail or phone (either may be empty), newest first, at most LIST_MAX."""
    found: dict[int, Json] = {}
    for row in map(_check_shape, [*_of_email(call, email), *_of_phone(call, phone)]):
        fits = (email and read_email(row) == email) or (phone and read_phone(row) == phone)
        if fits and _is_order(row):
            found[row["id"]] = row
    newest = sorted(found.values(), key=lambda row: str(row.get("date_created_gmt")), reverse=True)
    return newest[:LIST_MAX]


def add_account(call: Call, order: Json) -> Json:
    """The order with its customer's e-mail and phone where it has neither: staff enter orders without them."""
    if read_email(order) or read_phone(order) or not order.get("customer_id"):
        return order
    return _with_account(order, call.get(f"customers/{order['customer_id']}"))


def read_email(order: Json) -> str:
    """Billing e-mail in lower case; empty if there is none."""
    return parse_email(str(_billing(order).get("email") or ""))


def read_phone(order: Json) -> str:
    """Billing phone as E.164; empty if there is none."""
    billing = _billing(order)
    return parse_phone(str(billing.get("phone") or ""), str(billing.get("country") or "") or "IN")


def _of_email(call: Call, email: str) -> list[Json]:
    if not email:
        return []
    rows = call.get_pages("orders", SEARCH_PAGES_MAX, search=email, dp=PLACES)
    for account in call.get_list("customers", email=email, role="all"):
        own = call.get_pages("orders", SEARCH_PAGES_MAX, customer=account.get("id", 0), dp=PLACES)
        rows += [_with_account(row, account) for row in own if not (read_email(row) or read_phone(row))]
    return rows


def _of_phone(call: Call, phone: str) -> list[Json]:
    if not phone:
        return []
    national = str(phonenumbers.parse(phone).national_number)
    return call.get_pages("orders", SEARCH_PAGES_MAX, search=national[-_PHONE_TAIL:], dp=PLACES)


def _with_account(order: Json, account: Json) -> Json:
    at_account = {"email": account.get("email", ""), "phone": _billing(account).get("phone", "")}
    return {**order, "billing": {**_billing(order), **at_account}}


def _billing(thing: Json) -> Json:
    billing = thing.get("billing")
    if not isinstance(billing, dict):
        raise WooBroken("no billing address")
    return billing


def _check_shape(row: Json) -> Json:
    if not (isinstance(row.get("id"), int) and isinstance(row.get("number"), str)):
        raise WooBroken("an order without id or number")
    return row


def _is_order(row: Json) -> bool:
    return row.get("status") not in _NO_ORDER


def _keys(row: Json) -> tuple[str, str]:
    key = _key(row["number"])
    return key, re.sub(r"\D", "", key)


def _key(number: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", normalise(number).upper())
