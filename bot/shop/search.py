"""Finds products for a wish: kind, purpose, price, colour, size, and words of their names in any language, with typos.

Pure over the catalogue in memory. Where nothing fits the whole wish, the least important part of it is dropped and the
result says which, so that the customer can be told honestly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from rapidfuzz import fuzz

from bot.language.fold import fold
from bot.language.languages import DEFAULT_LANGUAGE
from bot.shop.catalogue import Choice, Item

RESULTS_MAX = 5
# What of a wish may be dropped where nothing fits it, the least important first.
PARTS = ("size", "colour", "price", "material")
# Two folded words of five letters or more count as the same from here; measured on the names in three languages.
WORD_SIMILARITY_MIN = 84.0
# A result found by words alone must reach this share of the best possible; below, it is a coincidence.
WORDS_SHARE_MIN = 0.3
# A word tells which product is meant if at most about one product in ten has it.
TELLING_MIN = 2.3
LIKELY_MAX = 3
# Marks that say for whom or what something is, not what it is.
SOFT_MARKS = frozenset({
    "gift", "wedding", "festive", "kids", "women", "men", "office wear", "winter", "monsoon", "summer", "travel",
    "hostel", "south", "handmade", "handloom", "cotton", "silk", "seniors", "running", "walking", "power cut", "garba",
    "study", "grooming", "unisex", "home", "kitchen", "electronics", "footwear", "induction", "party", "casual",
})  # fmt: skip
_AUDIENCES = ("men", "women", "kids", "baby")
_IGNORED = frozenset(
    fold(
        "a an the for of in on with without and or to me my is are do you have any some show find want need buy look "
        "looking search please set pack pair under below above rs rupees price good best nice new one two piece pieces "
        "color colour size gift gifts home something anything things thing around within less than between more about "
        "which what can get give recommend suggest options cheap cheaper budget from range who his her she he there "
        "would like products product items item your our for also only just up max maximum upto"
    ).split()
)


@dataclass(frozen=True)
class Wish:
    """What is looked for; every part may be empty. `kinds` are product types or tags in lower case.

    `materials` are words of the catalogue; `sort` is "cheapest", "dearest", or empty for the best fit first.
    """

    kinds: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    materials: tuple[str, ...] = ()
    sort: str = ""
    text: str = ""
    language: str = DEFAULT_LANGUAGE

    @property
    def empty(self) -> bool:
        """Whether it says nothing but words."""
        named = self.kinds or self.purposes or self.colours or self.sizes or self.materials
        return not (named or self.price_min or self.price_max)


@dataclass(frozen=True)
class Found:
    """The results, best first, and the parts of the wish that had to be dropped: size, colour, price, material."""

    items: tuple[Item, ...]
    dropped: tuple[str, ...] = ()


def search(catalogue: Iterable[Item], wish: Wish, limit: int | None = RESULTS_MAX) -> Found:
    """The products for the wish, best first. Available ones come first; nothing at all if nothing has to do with it."""
    items = list(catalogue)
    scored = _score(items, wish)
    loosened = (
        ((), wish),
        (("size",), replace(wish, sizes=())),
        (("size", "colour"), replace(wish, sizes=(), colours=())),
        (("size", "colour", "price"), replace(wish, sizes=(), colours=(), price_min=None, price_max=None)),
        (PARTS, replace(wish, sizes=(), colours=(), price_min=None, price_max=None, materials=())),
    )
    for dropped, looser in loosened:
        fitting = [(score, item) for score, item in scored if fitting_choices(item, looser)]
        if fitting:
            return Found(_best(fitting, wish)[:limit], tuple(part for part in dropped if _has(wish, part)))
    return Found(())


def fitting_choices(item: Item, wish: Wish) -> list[Choice]:
    """The variants that the wish's price, colour and size allow."""
    if not all(is_made_of(item, material) for material in wish.materials):
        return []
    return [choice for choice in item.choices if _fits(choice, item, wish)]


def is_made_of(item: Item, material: str) -> bool:
    """Whether the catalogue says so: in title or tags, or as the one material; a blend is not made of its parts."""
    said = set(fold(material).split())
    blend = "blend" in item.material.lower() or item.material.count("%") > 1
    return said <= set(fold(" ".join([item.title, *item.tags, "" if blend else item.material])).split())


def _has(wish: Wish, part: str) -> bool:
    price = wish.price_min or wish.price_max
    return bool({"size": wish.sizes, "colour": wish.colours, "price": price, "material": wish.materials}[part])


def _best(fitting: list[tuple[float, Item]], wish: Wish) -> tuple[Item, ...]:
    top = max(score for score, _ in fitting)
    near = [(score, item) for score, item in fitting if score >= top * 0.55]
    # Of equals the cheaper first, but gifts the other way round: who names a limit wants to give something for it.
    sign = -1 if "gift" in wish.kinds + wish.purposes else 1
    if wish.sort:
        sign = -1 if wish.sort == "dearest" else 1
        near = [(0.0, item) for _, item in near]
    near.sort(key=lambda pair: (not pair[1].available, -round(pair[0], 2), sign * lowest_price(pair[1], wish)))
    return tuple(item for _, item in near)


def lowest_price(item: Item, wish: Wish) -> Decimal:
    """What the cheapest variant costs that fits the wish; of those that can be had, if any can."""
    fitting = fitting_choices(item, wish) or list(item.choices)
    there = [choice.price for choice in fitting if choice.available] or [choice.price for choice in fitting]
    return min(there, default=Decimal(0))


def _score(items: list[Item], wish: Wish) -> list[tuple[float, Item]]:
    hard = [kind for kind in wish.kinds if kind not in SOFT_MARKS]
    soft = [*(kind for kind in wish.kinds if kind in SOFT_MARKS), *wish.purposes]
    words = _words_by_weight(items, wish.text, wish.language)
    possible = sum(sorted((weight for weight in words.values()), reverse=True)[:3]) or 1.0
    scored = []
    for item in items:
        if _wrong_audience(item, soft):
            continue
        kind_score = sum(3.0 for kind in hard if _is_kind(item, kind))
        if hard and not kind_score:
            continue
        soft_score = sum(2.5 if mark == "gift" else 1.5 for mark in soft if mark in item.marks)
        word_score = _word_weight(item, words, wish.language) / possible
        found = kind_score or soft_score or (wish.empty and word_score >= WORDS_SHARE_MIN)
        found = found or (not wish.kinds and not wish.purposes and (word_score >= WORDS_SHARE_MIN or not wish.empty))
        if found:
            scored.append((1.0 + kind_score + soft_score + 2.0 * word_score, item))
    return scored


def _is_kind(item: Item, kind: str) -> bool:
    return any(kind.rstrip("s") == mark.rstrip("s") for mark in item.marks) or kind in item.title.lower().split()


def _wrong_audience(item: Item, soft: list[str]) -> bool:
    asked = [audience for audience in _AUDIENCES if audience in soft]
    tagged = [audience for audience in _AUDIENCES if audience in item.marks]
    return bool(asked and tagged and not set(asked) & set(tagged)) and "unisex" not in item.marks


def guess_products(catalogue: Iterable[Item], text: str, language: str) -> list[Item]:
    """Up to three products that the words of the text may mean, the likeliest first; none if no word tells."""
    items = list(catalogue)
    words = _words_by_weight(items, text, language)
    scored = sorted(((_word_weight(item, words, language), item) for item in items), key=lambda pair: -pair[0])
    top = scored[0][0] if scored else 0.0
    if top < TELLING_MIN:
        return []
    return [item for score, item in scored if score >= top * 0.8][:LIKELY_MAX]


def has_unknown_words(
    catalogue: Iterable[Item], text: str, language: str = DEFAULT_LANGUAGE, everyday: tuple[str, ...] = ()
) -> bool:
    """Whether the text names something that nothing here is called ("laptop under 20000").

    everyday: ordinary words of the language, which name no thing; endings may follow those of four letters or more.
    """
    items = list(catalogue)
    known = {word for item in items for word in item.words(language) | item.words(DEFAULT_LANGUAGE)}
    plain = {word for one in everyday for word in fold(one).split()}
    said = (word for word in set(fold(text).split()) - _IGNORED - plain if len(word) >= 4 and not word.isdigit())
    stems = tuple(word for word in plain if len(word) >= 4)
    return any(not word.startswith(stems) and not _same_words(word, known) for word in said)


def _word_weight(item: Item, words: dict[str, float], language: str) -> float:
    return sum(weight for word, weight in words.items() if word in item.words(language))


def _words_by_weight(items: list[Item], text: str, language: str) -> dict[str, float]:
    """The catalogue's words that the text means, each with how much it tells apart."""
    users = Counter(word for item in items for word in item.words(language))
    weights: dict[str, float] = {}
    for said in set(fold(text).split()) - _IGNORED:
        for word in _same_words(said, users):
            weights[word] = max(weights.get(word, 0.0), math.log((len(items) + 1) / users[word]))
    return weights


def _same_words(said: str, known: Iterable[str]) -> list[str]:
    if said in known:
        return [said]
    if len(said) < 5 or said.isdigit():
        return []
    scores = ((fuzz.ratio(said, word), word) for word in known if len(word) >= 5 and not word.isdigit())
    close = sorted((pair for pair in scores if pair[0] >= WORD_SIMILARITY_MIN), reverse=True)
    # An ending glued to a name ("sadio", "chelaiyai") is no typo: the word goes on after it.
    starts = [word for word in known if len(word) >= 4 and said.startswith(word)]
    return [word for _, word in close[:2]] or sorted(starts, key=len, reverse=True)[:1]


def _fits(choice: Choice, item: Item, wish: Wish) -> bool:
    if wish.price_max is not None and choice.price > wish.price_max:
        return False
    if wish.price_min is not None and choice.price < wish.price_min:
        return False
    if wish.colours and not any(_is_colour(choice, item, colour) for colour in wish.colours):
        return False
    return not wish.sizes or any(is_size(choice, size) for size in wish.sizes)


def _is_colour(choice: Choice, item: Item, colour: str) -> bool:
    said = set(fold(colour).split())
    if choice.colour:
        return bool(said & set(fold(choice.colour).split()))
    # A product without a choice of colours may name its only one in the description.
    return said <= set(fold(f"{item.title} {item.description}").split())


def is_size(choice: Choice, size: str) -> bool:
    """Whether the variant is of that size, however it is written: `UK 8` and `8`, `5 L` and `5L`."""
    asked, has = fold(size).replace(" ", ""), fold(choice.size).replace(" ", "")
    if asked == has or asked in fold(choice.size).split():
        return True
    return bool(asked) and asked.removeprefix("uk") == has.removeprefix("uk")
