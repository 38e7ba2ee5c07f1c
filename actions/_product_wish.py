"""Reads what is looked for, and what a narrowing message ("in red", "cheaper ones", "cotton only") keeps of before.

The search under way stands in the slot `products_list`: {"wish", "shown", "start", "count"}. Prices, stock and names
are never kept there; they are read from the catalogue every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from actions._product_moves import find_sorts, named_handles
from actions._turn import Json, Turn
from actions._words import find_exact, find_keys, read_area
from bot.shop.catalogue import Item
from bot.shop.search import SOFT_MARKS, Wish, lowest_price

WISH_ENTITIES = ("kind", "color", "size", "price_min", "price_max")
AUDIENCES = frozenset({"men", "women", "kids", "baby"})
# Longer ones say anew what is looked for.
NARROWING_WORDS_MAX = 6
_TEXT_MAX = 300


@dataclass(frozen=True)
class Listing:
    """The list a customer looks at."""

    wish: Wish = field(default_factory=Wish)
    shown: tuple[str, ...] = ()
    start: int = 0
    count: int = 0

    def as_slot(self) -> Json:
        """For the slot; `read_listing` reads it again."""
        wish = self.wish
        kept = {
            "kinds": wish.kinds, "purposes": wish.purposes, "colours": wish.colours, "sizes": wish.sizes,
            "materials": wish.materials,
        }  # fmt: skip
        prices = {"price_min": wish.price_min, "price_max": wish.price_max}
        return {
            "wish": {name: list(values) for name, values in kept.items()}
            | {name: str(price) for name, price in prices.items() if price is not None}
            | {"sort": wish.sort, "text": wish.text},
            "shown": list(self.shown), "start": self.start, "count": self.count,
        }  # fmt: skip


def read_listing(turn: Turn) -> Listing | None:
    """The search under way, in the language of this turn; None if there is none."""
    slot = turn.slots.get("products_list")
    if not isinstance(slot, dict) or not isinstance(slot.get("wish"), dict):
        return None
    kept = slot["wish"]
    lists = {name: tuple(kept.get(name) or ()) for name in ("kinds", "purposes", "colours", "sizes", "materials")}
    wish = Wish(
        **lists, price_min=_amount(kept.get("price_min")), price_max=_amount(kept.get("price_max")),
        sort=str(kept.get("sort") or ""), text=str(kept.get("text") or ""), language=turn.language,
    )  # fmt: skip
    return Listing(wish, tuple(slot.get("shown") or ()), int(slot.get("start") or 0), int(slot.get("count") or 0))


def read_wish(turn: Turn, catalogue: dict[str, Item]) -> Wish:
    """What the message looks for; one that only narrows goes on with the search before."""
    own = read_own_wish(turn)
    before = read_listing(turn)
    current = catalogue.get(str(turn.slots.get("products_current") or ""))
    if before and _goes_on(turn, own, before.wish):
        wish = merge(before.wish, own)
        return _shift(turn, wish, [catalogue[one] for one in before.shown if one in catalogue])
    if current and not before and only_narrows(turn, own):
        return _shift(turn, merge(Wish(kinds=(current.kind.lower(),), language=turn.language), own), [current])
    # Nothing was shown that something could be cheaper than: then the cheapest come first.
    relative = {"cheaper": "cheapest", "dearer": "dearest"}
    asked = next((relative[one] for one in find_sorts(own.text) if one in relative), "")
    return replace(own, sort=own.sort or asked)


def read_own_wish(turn: Turn) -> Wish:
    """What the message itself says."""
    text = "" if turn.pressed and turn.text.startswith("/") else turn.text
    named = read_area("materials")
    materials = dict.fromkeys(
        [*find_exact("materials", text), *(kind for kind in turn.all_of("kind") if kind in named)]
    )
    kinds = [kind.lower() for kind in turn.all_of("kind") if kind.lower() not in materials]
    sorts = [one for one in find_sorts(text) if one in ("cheapest", "dearest")]
    return Wish(
        kinds=tuple(kinds),
        purposes=tuple(find_keys("purposes", text)),
        colours=tuple(turn.all_of("color")),
        sizes=tuple(turn.all_of("size")),
        price_min=_amount(turn.entity("price_min")),
        price_max=_amount(turn.entity("price_max")),
        materials=tuple(materials),
        sort=sorts[0] if sorts else "",
        text=text,
        language=turn.language,
    )


def only_narrows(turn: Turn, own: Wish) -> bool:
    """Whether the message names no thing by itself but something that narrows."""
    named = _hard(own.kinds) or "gift" in own.kinds + own.purposes or named_handles(turn)
    says = own.colours or own.sizes or own.price_min or own.price_max or own.materials or find_sorts(own.text)
    soft = own.kinds or own.purposes
    return not named and bool(says or (soft and len(own.text.split()) <= NARROWING_WORDS_MAX))


def merge(before: Wish, own: Wish) -> Wish:
    """The wish before with what the message says put in the place of what it changes."""
    soft = [*own.kinds, *own.purposes]
    kept = [kind for kind in before.kinds if not (AUDIENCES & set(soft) and kind in AUDIENCES)]
    purposes = [one for one in before.purposes if not (AUDIENCES & set(soft) and one in AUDIENCES)]
    price_min, price_max = own.price_min or before.price_min, own.price_max or before.price_max
    if price_min and price_max and price_min > price_max:
        price_min, price_max = own.price_min, own.price_max
    return replace(
        before,
        kinds=_once([*kept, *(kind for kind in own.kinds if kind not in kept)]),
        purposes=_once([*purposes, *own.purposes]),
        colours=own.colours or before.colours,
        sizes=own.sizes or before.sizes,
        materials=own.materials or before.materials,
        price_min=price_min,
        price_max=price_max,
        sort=own.sort or before.sort,
        text=f"{before.text} {own.text}".strip()[-_TEXT_MAX:],
        language=own.language,
    )


def _goes_on(turn: Turn, own: Wish, before: Wish) -> bool:
    if only_narrows(turn, own):
        return True
    # "Red sarees" after "sarees under 1500" says the same kind again and one thing more.
    same = _hard(own.kinds) and set(_hard(own.kinds)) == set(_hard(before.kinds))
    more = own.colours or own.sizes or own.materials or own.price_min or own.price_max or own.sort
    return bool(same and more)


def _shift(turn: Turn, wish: Wish, shown: list[Item]) -> Wish:
    """ "Cheaper" and "dearer" mean than what was shown; a price that is named says it better."""
    sorts = find_sorts(turn.text)
    named = turn.entity("price_max") or turn.entity("price_min")
    prices = [lowest_price(item, wish) for item in shown]
    if named or not prices:
        return wish
    if "cheaper" in sorts:
        return replace(wish, price_max=min(prices) - 1, price_min=None, sort="cheapest")
    if "dearer" in sorts:
        return replace(wish, price_min=max(prices) + 1, price_max=None, sort="cheapest")
    return wish


def _hard(kinds: Iterable[str]) -> list[str]:
    return [kind for kind in kinds if kind not in SOFT_MARKS]


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _amount(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except ArithmeticError:
        return None
