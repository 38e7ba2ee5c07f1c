"""What was done on somebody's wish, kept on the order itself: meta data that the shop's pages do not show.

`_seva_effect_<ref>` says what one key led to, `_seva_return_<line>` is a return; both are written in the same request
as the change, so there is never one without the other. `ref` stands for the key: keys are ours, and long. The staff
read the notes (`note_once`), which name it too.
Sources: wp-api-v3/_orders.md, Meta data properties (a value may be text; `update_meta_data` replaces by key,
class-wc-rest-orders-controller.php); _order-notes.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.shop.clock import now
from bot.shop.port import ReturnCase
from bot.shop.staff_notes import name_author
from bot.shop.woocommerce.client import Call, Json

_EFFECT, _RETURN = "_seva_effect_", "_seva_return_"
_PAID_BACK, _BY_HAND = "paid back", "to be paid back by hand"


def make_ref(key: str) -> str:
    """What stands for a key of the port on the order."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def build_effect(ref: str, kind: str, outcome: Json) -> Json:
    """The meta datum that says: this key was done, and this is what came of it."""
    return _meta(f"{_EFFECT}{ref}", {"kind": kind, "at": now().isoformat(), **outcome})


def read_effect(order: Json, ref: str) -> Json | None:
    """What the key led to; None if it has not been done."""
    return _load(find_meta(order, f"{_EFFECT}{ref}"))


def cancelled_at(order: Json) -> datetime | None:
    """When it was cancelled by us; None if it was not."""
    found = (effect for effect in _effects(order) if effect.get("kind") == "cancel")
    return next((datetime.fromisoformat(effect["at"]) for effect in found), None)


def build_case(case: ReturnCase, wish: Json) -> Json:
    """The meta datum of a return; `wish` is what else the staff may want to know."""
    return _meta(f"{_RETURN}{case.position}", {"case": asdict(case), "noted_at": now().isoformat(), **wish})


def list_cases(order: Json) -> list[ReturnCase]:
    """The returns noted on this order, oldest first."""
    kept = [_load(one.get("value")) for one in _metas(order) if str(one.get("key", "")).startswith(_RETURN)]
    cases = sorted((one for one in kept if one), key=lambda one: str(one["noted_at"]))
    return [ReturnCase(**one["case"]) for one in cases]


def refund_reason(ref: str, by_gateway: bool, by: str = "") -> str:
    """What stands as the reason of a refund of ours, by which it is known again."""
    return f"Cancelled by {name_author(by)}, {_PAID_BACK if by_gateway else _BY_HAND} ({ref})"


def find_refund(order: Json, ref: str) -> str | None:
    """The reason of the refund that this key led to; None if there is none yet."""
    reasons = (str(one.get("reason", "")) for one in order.get("refunds") or [])
    return next((reason for reason in reasons if f"({ref})" in reason), None)


def is_paid_back(reason: str) -> bool:
    """Whether the payment gateway has paid this refund of ours."""
    return f", {_PAID_BACK} (" in reason


def refunded_by_us(order: Json) -> datetime | None:
    """When the payment gateway has paid back on our word; None if it has not."""
    reasons = (str(one.get("reason", "")) for one in order.get("refunds") or [])
    return cancelled_at(order) if any(is_paid_back(reason) for reason in reasons) else None


def refund_note(amount: str, reason: str | None) -> str:
    """What the staff are told of the money; no `reason`: the shop has taken no refund of ours."""
    if reason is None:
        return f"{amount} was paid: please look whether it has gone back."
    return f"{amount} was paid back by the payment gateway." if is_paid_back(reason) else f"{amount} is {_BY_HAND}."


def note_once(call: Call, order: Json, ref: str, text: str, *, first: bool) -> None:
    """Tells the staff. `first`: the change was made just now, so the note cannot be there yet."""
    path = f"orders/{order['id']}/notes"
    mark = f"[{ref}]"
    if first or not any(mark in str(note.get("note", "")) for note in call.get_list(path)):
        call.post(path, {"note": f"{text} {mark}"})


def find_meta(order: Json, key: str) -> Any:
    """The value of one meta datum; None if it is not there."""
    return next((one.get("value") for one in _metas(order) if one.get("key") == key), None)


def _effects(order: Json) -> Iterable[Json]:
    kept = (_load(one.get("value")) for one in _metas(order) if str(one.get("key", "")).startswith(_EFFECT))
    return (one for one in kept if one)


def _metas(order: Json) -> list[Json]:
    rows = order.get("meta_data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _meta(key: str, value: Json) -> Json:
    return {"key": key, "value": json.dumps(value, ensure_ascii=False)}


def _load(value: Any) -> Json | None:
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
