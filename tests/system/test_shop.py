"""The shop behind the whole system: away, and vouching for who is signed in on its pages."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest

from tests.fakes.visitor import Visitor, wait_until
from tests.system.conftest import ROOT, System

pytestmark = pytest.mark.rasa

SHOP_DOWN = ROOT / "tests" / "dialogue" / "orders_shop_down.jsonl"


def test_a_shop_that_is_away_is_said_kindly_and_then_a_person_comes(system_without_shop: System) -> None:
    done = system_without_shop.seva("evaluate-dialogues", str(SHOP_DOWN), "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["failures"] == []
    assert outcome["passed"] == len(SHOP_DOWN.read_text(encoding="utf-8").splitlines())


async def test_who_is_signed_in_on_the_shops_page_is_told_of_their_orders_at_once(system: System) -> None:
    with urllib.request.urlopen(f"{system.url}/?customer=ta", timeout=10) as page:
        token = re.search(r'data-token="([^"]+)"', page.read().decode())
    assert token
    visitor = Visitor(system.url)
    await visitor.open()
    try:
        body = json.dumps({"session": visitor.session_id, "token": token.group(1)}).encode()
        urllib.request.urlopen(f"{system.url}/shop-token", data=body, timeout=10).close()
        await visitor.send("where is my order")
        await wait_until(lambda: visitor.received, "an answer")
        shown = json.dumps(visitor.received)
        assert {"TT-10403", "TT-10448"} & set(re.findall(r"TT-\d+", shown)), shown
    finally:
        await visitor.leave()
