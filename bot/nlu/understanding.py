"""What the route model and the context together say of one message: the input of the gate. No Rasa in here."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bot.nlu.features import Matrix
from bot.nlu.follow_ups import leans_on_earlier
from bot.nlu.model import TOP, Ranking, RouteModel, softmax
from bot.nlu.negation import find_negation
from bot.nlu.refusal import heed
from bot.nlu.reranking import pin
from bot.nlu.words import WORD

FAQ = "faq"
ORDER_ROUTES = ("order_status", "order_cancel", "order_change", "return_request", "refund_status", "invoice_request")
IDENTIFIERS = ("order", "email", "phone")
# How much the message together with the earlier one counts beside the message alone
# (docs/decisions/0008-follow-ups-and-two-wishes.md).
CONTEXT_SHARE = 0.7

_WORD = re.compile(WORD)


@dataclass(frozen=True)
class Understanding:
    """`ranking` counts the context in; `alone` is the first label without it."""

    ranking: Ranking
    alone: str
    words: int
    entities: frozenset[str]
    only_identifiers: bool
    used_context: bool


def understand(
    model: RouteModel,
    vector: Matrix,
    text: str,
    entities: list[tuple[str, int, int]],
    encode: Callable[[str], Matrix],
    earlier: str | None = None,
    earlier_label: str | None = None,
) -> Understanding:
    """Ranks the labels for one message.

    vector: of `text`. entities: (name, start, end). encode: text to vector, only called for a follow-up and where
    something is refused. earlier: what the customer said before; earlier_label: what that was about.
    """
    alone = model.rank(vector, text)
    if negation := find_negation(text):
        alone = heed(alone, negation, lambda part: model.rank(encode(part), part))
    words = _WORD.findall(text)
    names = frozenset(name for name, _, _ in entities)
    rest = _WORD.findall(_without_identifiers(text, entities))
    only_identifiers = bool(names & set(IDENTIFIERS)) and len(rest) <= 3 and not _says_more(alone, rest)
    if only_identifiers:
        label = earlier_label if earlier_label in ORDER_ROUTES else ORDER_ROUTES[0]
        return Understanding(pin(alone, label), alone.labels[0], len(words), names, True, earlier_label is not None)
    if earlier and leans_on_earlier(alone, words, "product" in names):
        joined = f"{earlier} {text}"
        every = len(model.labels)
        blended = blend(model.rank(vector, text, every), model.rank(encode(joined), joined, every), CONTEXT_SHARE)
        return Understanding(blended, alone.labels[0], len(words), names, False, True)
    return Understanding(alone, alone.labels[0], len(words), names, False, False)


def blend(first: Ranking, second: Ranking, share: float) -> Ranking:
    """The first ranking with `share` (0-1) of the second counted in. Both rank the same labels, all there are.

    Scores are mixed, not probabilities: what one of the two rules out stays out, however sure the other is.
    """
    there = dict(zip(second.labels, second.scores, strict=True))
    mixed = {
        label: (1.0 - share) * score + share * there[label]
        for label, score in zip(first.labels, first.scores, strict=True)
    }
    order = sorted(mixed, key=lambda label: -mixed[label])
    scores = [mixed[label] for label in order]
    probabilities = softmax(np.array([scores], dtype=np.float32))[0].tolist()
    return Ranking(order[:TOP], probabilities[:TOP], scores[:TOP], second.nearest, first.unknown_share)


def _without_identifiers(text: str, entities: list[tuple[str, int, int]]) -> str:
    for name, start, end in entities:
        if name in IDENTIFIERS:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _says_more(alone: Ranking, rest: list[str]) -> bool:
    """Whether the few words beside a number already tell what is wanted ("cancel TT-10432")."""
    return bool(rest) and alone.probabilities[0] >= 0.35
