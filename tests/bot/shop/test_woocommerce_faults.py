"""A WooCommerce that is down, slow, wrong or forgetful: what the port says, and that nothing is written twice."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.config import Secret
from bot.errors import ShopUnavailable
from bot.shop.port import Changed, LineChange, ReturnWish
from bot.shop.woocommerce.errors import (
    WooBroken,
    WooBusy,
    WooDenied,
    WooFailed,
    WooUnreachable,
)
from bot.shop.woocommerce.shop import WooShop
from tests.fakes.running import Running
from tests.fakes.woo_server import SECRET, FakeWoo, Fault

Open = Callable[..., WooShop]
CARD, COD, ARRIVED = "TT-10466", "TT-10464", "TT-10453"
SLOW_S, ALWAYS = 0.3, 99

WRONG = {
    "not allowed": (Fault(status=403), WooDenied),
    "failing": (Fault(status=500), WooFailed),
    "being updated": (Fault(status=503, body="<h1>Maintenance</h1>"), WooFailed),
    "too busy": (Fault(status=429, headers={"Retry-After": "30"}), WooBusy),
    "too busy without end": (Fault(status=429), WooBusy),
    "another page": (Fault(status=404, body="<html>"), WooBroken),
    "no such route": (Fault(status=404, body='{"code": "rest_no_route"}'), WooBroken),
    "moved": (Fault(status=301, headers={"Location": "https://elsewhere.example/"}), WooBroken),
    "half an answer": (Fault(body='[{"id": 5'), WooBroken),
    "a warning before it": (Fault(body="<b>Warning</b>: mysqli in /var/www [ ]"), WooBroken),
    "not a list": (Fault(body='{"surprise": true}'), WooBroken),
    "not an order": (Fault(body='[{"surprise": true}]'), WooBroken),
    "not orders": (Fault(body='["surprise"]'), WooBroken),
    "half an order": (
        Fault(body='[{"id": 5, "number": "10466", "billing": {"email": "suresh.t@example.org"}}]'),
        WooBroken,
    ),
    "endless": (Fault(body='["' + "x" * 9_000_000 + '"]'), WooBroken),
    "dripping": (Fault(body="[" + " " * 60, drip_s=SLOW_S / 10), WooUnreachable),
    "slow": (Fault(hold_s=2 * SLOW_S), WooUnreachable),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "error"), WRONG.values(), ids=WRONG)
def test_nothing_is_made_up(woo: Running[FakeWoo], open_woo: Open, fault: Fault, error: type[ShopUnavailable]) -> None:
    """A shop that cannot be understood is away: the order is never said not to exist."""
    fault.times = ALWAYS
    woo.app.faults = [fault]
    shop = open_woo(timeout_s=SLOW_S)
    for ask in (lambda: shop.find_order("10466"), lambda: shop.list_orders("suresh.t@example.org", "")):
        with pytest.raises(error):
            ask()
    fault.times = 0


def test_a_shop_that_is_down_is_away(open_woo: Open) -> None:
    shop = open_woo(woocommerce_url="http://127.0.0.1:1")
    with pytest.raises(WooUnreachable):
        shop.cancel_order(CARD, key="a")


def test_a_shop_is_asked_whether_it_is_there(woo: Running[FakeWoo], open_woo: Open) -> None:
    open_woo().check()
    woo.app.faults = [Fault(status=403)]
    with pytest.raises(WooDenied):
        open_woo().check()


def test_a_wrong_key_is_told_to_the_operator_and_never_shown(
    open_woo: Open, woo: Running[FakeWoo], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(WooDenied) as caught:
        open_woo(woocommerce_key=Secret("ck_wrong")).list_orders("suresh.t@example.org", "")
    shown = caplog.text + repr(caught.value)
    assert "WOOCOMMERCE_KEY" in shown
    assert not any(word in shown for word in ("ck_wrong", SECRET, "suresh"))


@pytest.mark.parametrize("status", [500, 502, 429])
def test_a_read_is_repeated(woo: Running[FakeWoo], open_woo: Open, status: int) -> None:
    woo.app.faults = [Fault(status=status, headers={"Retry-After": "0"}, times=2)]
    assert open_woo().find_order(CARD) is not None


def test_a_shop_that_wants_quiet_gets_it(woo: Running[FakeWoo], open_woo: Open) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    woo.app.faults = [Fault(status=429, headers={"Retry-After": until})]
    shop = open_woo()
    with pytest.raises(WooBusy) as first:
        shop.find_order(CARD)
    assert 20 < first.value.retry_after_s <= 40
    with pytest.raises(WooBusy):
        shop.find_order(CARD)
    assert woo.app.asked == []


def cancel(shop: WooShop) -> Changed:
    return shop.cancel_order(CARD, key="a")


def recount(shop: WooShop) -> Changed:
    order = shop.find_order(COD)
    assert order is not None
    return shop.change_items(COD, [LineChange(order.lines[0].position, quantity=3)], key="a")


def send_back(shop: WooShop) -> object:
    order = shop.find_order(ARRIVED)
    assert order is not None
    return shop.request_return(ARRIVED, ReturnWish(order.lines[0].position, "size", "refund"), key="a")


DEEDS: dict[Callable[[WooShop], object], list[str]] = {
    cancel: ["PUT orders", "POST refunds", "POST notes"],
    recount: ["PUT orders", "POST notes"],
    send_back: ["PUT orders", "POST notes"],
}
STEPS = [(deed, step) for deed, steps in DEEDS.items() for step in steps]


def written(woo: Running[FakeWoo]) -> list[str]:
    """What the shop has written, as in DEEDS."""
    return [_short(one) for one in woo.app.writes()]


def _short(write: str) -> str:
    """`PUT orders/7` is `PUT orders`, `POST orders/7/notes` is `POST notes`."""
    return re.sub(r"orders/\d+/", "", re.sub(r"orders/\d+$", "orders", write))


def spoil(woo: Running[FakeWoo], step: str, **fault: object) -> None:
    """The next such write goes wrong."""
    method, _, path = step.partition(" ")
    woo.app.faults = [Fault(method, path, **fault)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("deed", "step"), STEPS)
def test_a_lost_answer_writes_nothing_twice(
    woo: Running[FakeWoo], open_woo: Open, deed: Callable[[WooShop], object], step: str
) -> None:
    """The shop does it, and its answer never arrives; the turn runs again with the same key."""
    spoil(woo, step, status=502, after=True)
    try:
        first = deed(open_woo())
    except ShopUnavailable:
        first = deed(open_woo())
    assert written(woo) == DEEDS[deed]
    assert deed(open_woo()) == first
    assert written(woo) == DEEDS[deed]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_change_whose_answer_is_lost_is_looked_for(
    woo: Running[FakeWoo], open_woo: Open, deed: Callable[[WooShop], object]
) -> None:
    """The customer need not hear of it: the order itself says that it was done."""
    spoil(woo, "PUT orders", status=502, after=True)
    deed(open_woo())
    assert written(woo) == DEEDS[deed]


@pytest.mark.parametrize(("deed", "step"), STEPS)
def test_what_was_left_open_is_finished(
    woo: Running[FakeWoo], open_woo: Open, deed: Callable[[WooShop], object], step: str
) -> None:
    """A write fails before the shop has done it: the call fails, and the next one goes on from there."""
    spoil(woo, step, status=503)
    with pytest.raises(ShopUnavailable):
        deed(open_woo())
    deed(open_woo())
    assert written(woo) == DEEDS[deed]


def test_a_shop_that_forgets_what_was_written_is_not_believed(woo: Running[FakeWoo], open_woo: Open) -> None:
    woo.app.faults = [Fault("PUT", body='{"id": 565, "number": "TT-10466", "meta_data": []}')]
    with pytest.raises(WooBroken):
        cancel(open_woo())
