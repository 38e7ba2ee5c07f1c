"""Which messages lean on the one before them: by words that point back, or because nothing can be made of them."""

from __future__ import annotations

import pytest

from bot.nlu.follow_ups import leans_on_earlier
from bot.nlu.model import Ranking


def ranking(label: str, probability: float, score: float, nearest: float) -> Ranking:
    return Ranking([label, "order_status"], [probability, 0.01], [score, 0.0], [(label, nearest)], 0.0)


UNSURE = ranking("faq/payment.cod", 0.3, 0.4, 0.5)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("how much is it", UNSURE),
        ("એનો ખર્ચ કોના માથે", UNSURE),
        ("adhoda warranty evlo", UNSURE),
        ("and to canada", UNSURE),
        ("ok how many days", UNSURE),
        ("and for COD", ranking("faq/payment.cod", 0.86, 0.7, 0.55)),
        ("லால் ரங்க", ranking("faq/product.care", 0.05, 0.17, 0.5)),
    ],
)
def test_a_message_that_points_back_leans_on_the_earlier_one(text: str, alone: Ranking) -> None:
    assert leans_on_earlier(alone, text.split())


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("cash on delivery", UNSURE),
        ("ane delivery charge ketlo lage", ranking("faq/delivery.cost", 0.59, 0.53, 0.73)),
        ("cheers that is all I needed", ranking("thanks", 0.14, 0.3, 0.64)),
        ("what about instalments", ranking("faq/payment.emi", 0.96, 0.83, 0.69)),
        ("it came in two parcels and one of them is still missing", UNSURE),
    ],
)
def test_a_message_that_stands_on_its_own_does_not(text: str, alone: Ranking) -> None:
    assert not leans_on_earlier(alone, text.split())
