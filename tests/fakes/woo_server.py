"""A WooCommerce REST API v3 over real HTTP: a small ASGI application around `WooState`, with faults to order.

Answers as the API's reference shows (wp-api-v3): pages with X-WP-Total and X-WP-TotalPages, errors as `code`,
`message`, `data.status`. Only what `bot.shop.woocommerce` asks for is there; anything else is rest_no_route.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.asgi import read_body
from tests.fakes.woo_state import Json, WooError, WooState

KEY, SECRET = "ck_fake_key_of_the_tests", "cs_fake_secret_of_the_tests"
ROOT = "/wp-json/wc/v3/"
_AMOUNTS = ("subtotal", "subtotal_tax", "total", "total_tax")
_TOTALS = ("total", "total_tax", "discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax")


@dataclass
class Fault:
    """What goes wrong with the next `times` requests of that method (any: "") whose path holds `path`.

    `after`: the shop does what was asked and only the answer is lost. `hold_s`: it answers so late. `drip_s`: the pause
    after every letter of the answer.
    """

    method: str = ""
    path: str = ""
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False
    hold_s: float = 0.0
    drip_s: float = 0.0


@dataclass
class FakeWoo:
    """`asked`: method, path below wc/v3, and query of every request that came with the right key."""

    state: WooState
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await read_body(receive)
        method, path = scope["method"], scope["path"].removeprefix(ROOT)
        fault = self._take_fault(method, path)
        if fault and not fault.after:
            await asyncio.sleep(fault.hold_s)
            if fault.body or fault.status != 200:
                await _send(send, fault.status, fault.body, fault.headers, fault.drip_s)
                return
        status, data, headers = self._answer(scope, method, path, body)
        if fault and fault.after:
            await asyncio.sleep(fault.hold_s)
            status, data, headers = fault.status, {"code": "lost"}, {}
        await _send(send, status, json.dumps(data), headers)

    def writes(self) -> list[str]:
        """What was written, in order: "PUT orders/7"."""
        return [f"{method} {path}" for method, path, _ in self.asked if method != "GET"]

    def _take_fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method in ("", method) and fault.path in path:
                fault.times -= 1
                return fault
        return None

    def _answer(self, scope: Any, method: str, path: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        right = b"Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode())
        if dict(scope["headers"]).get(b"authorization") != right:
            return _error(401, "woocommerce_rest_cannot_view")
        query = dict(parse_qsl(scope["query_string"].decode()))
        self.asked.append((method, path, query))
        for route, methods, handler in _ROUTES:
            found = re.fullmatch(route, path)
            if found and method == methods:
                try:
                    data = handler(self.state, [int(one) for one in found.groups()], query, json.loads(body or b"{}"))
                except WooError as error:
                    return _error(error.status, error.code)
                return _page(data, query) if isinstance(data, list) else (200, data, {})
        return _error(404, "rest_no_route")


def _page(rows: list[Json], query: dict[str, str]) -> tuple[int, list[Json], dict[str, str]]:
    size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
    pages = max(1, -(-len(rows) // size))
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    return 200, rows[(page - 1) * size : page * size], headers


def _list_orders(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> list[Json]:
    rows = sorted(state.orders.values(), key=lambda row: (row["date_created_gmt"], row["id"]), reverse=True)
    if "include" in query:
        rows = [row for row in rows if row["id"] == int(query["include"])]
    if "customer" in query:
        rows = [row for row in rows if row["customer_id"] == int(query["customer"])]
    if "search" in query:
        rows = [row for row in rows if query["search"].lower() in _searched(row)]
    return [_show(row, query) for row in rows]


def _searched(row: Json) -> str:
    fields = [str(row["id"]), row["number"], *row["billing"].values(), *row["shipping"].values()]
    return "\n".join(fields).lower()


def _show(order: Json, query: dict[str, str]) -> Json:
    """Amounts with as many places as `dp` says, 2 if it says nothing."""
    places = int(query.get("dp", 2))
    shown: Json = copy.deepcopy(order)
    for line in shown["line_items"]:
        line |= {name: f"{Decimal(line[name]):.{places}f}" for name in _AMOUNTS}
        line["price"] = float(line["total"]) / line["quantity"]
    return shown | {name: f"{Decimal(shown[name]):.{places}f}" for name in _TOTALS}


def _find_goods(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> Json:
    goods = state.goods.get(ids[-1])
    if goods is None or (len(ids) == 2 and goods.get("parent_id") != ids[0]):
        raise WooError(404, "woocommerce_rest_product_invalid_id")
    return goods


def _list_products(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> list[Json]:
    wanted = query.get("sku", "")
    return [one for one in state.goods.values() if (one["sku"] in wanted.split(",") if wanted else "name" in one)]


def _list_variations(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> list[Json]:
    _find_goods(state, ids, query, body)
    return [one for one in state.goods.values() if one.get("parent_id") == ids[0]]


def _find_customer(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> Json:
    if ids[0] not in state.customers:
        raise WooError(404, "woocommerce_rest_invalid_id")
    return state.customers[ids[0]]


def _list_notes(state: WooState, ids: list[int], query: dict[str, str], body: Json) -> list[Json]:
    state.find_order(ids[0])
    return state.notes.get(ids[0], [])


Handler = Callable[[WooState, list[int], dict[str, str], Json], Any]
_ROUTES: list[tuple[str, str, Handler]] = [
    ("orders", "GET", _list_orders),
    (r"orders/(\d+)", "GET", lambda state, ids, query, body: _show(state.find_order(ids[0]), query)),
    (r"orders/(\d+)", "PUT", lambda state, ids, query, body: _show(state.update_order(ids[0], body), query)),
    (r"orders/(\d+)/notes", "GET", _list_notes),
    (r"orders/(\d+)/notes", "POST", lambda state, ids, query, body: state.add_note(ids[0], body["note"])),
    (r"orders/(\d+)/refunds", "POST", lambda state, ids, query, body: state.add_refund(ids[0], body)),
    ("products", "GET", _list_products),
    (r"products/(\d+)", "GET", _find_goods),
    (r"products/(\d+)/variations", "GET", _list_variations),
    (r"products/(\d+)/variations/(\d+)", "GET", _find_goods),
    (
        "customers",
        "GET",
        lambda state, ids, query, body: [one for one in state.customers.values() if one["email"] == query["email"]],
    ),
    (r"customers/(\d+)", "GET", _find_customer),
]


def _error(status: int, code: str) -> tuple[int, Json, dict[str, str]]:
    return status, {"code": code, "message": "no", "data": {"status": status}}, {}


async def _send(send: Any, status: int, body: str, headers: dict[str, str], drip_s: float = 0.0) -> None:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    for letter in body if drip_s else "":
        await send({"type": "http.response.body", "body": letter.encode(), "more_body": True})
        await asyncio.sleep(drip_s)
    await send({"type": "http.response.body", "body": b"" if drip_s else body.encode()})
