"""Which messages lean on the one before them: few words, words that point back, little that the model makes of them.

The rankings are those of the real model, rounded.
"""

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
        ("lal ma", ranking("bot_challenge", 0.07, 0.23, 0.54)),
        ("kids-க்கு", ranking("bot_challenge", 0.08, 0.23, 0.57)),
        ("ketla divas lage ema", ranking("faq/delivery.time", 0.38, 0.42, 0.66)),
    ],
)
def test_a_message_that_points_back_leans_on_the_earlier_one(text: str, alone: Ranking) -> None:
    assert leans_on_earlier(alone, text.split())


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("cash on delivery", ranking("faq/payment.cod", 0.99, 0.92, 0.95)),
        ("ane delivery no charge ketlo lage che", ranking("faq/delivery.cost", 0.97, 0.83, 0.83)),
        ("cheers that is all I needed", ranking("thanks", 0.31, 0.4, 0.64)),
        ("ok thanks", ranking("thanks", 0.92, 0.77, 0.75)),
        ("சரி பேசலாம்", ranking("bye", 0.92, 0.77, 0.75)),
        ("it came in two parcels and one of them is still missing", UNSURE),
    ],
)
def test_a_message_that_stands_on_its_own_does_not(text: str, alone: Ranking) -> None:
    assert not leans_on_earlier(alone, text.split())


def test_a_product_named_says_more_than_a_few_words_without_one() -> None:
    words = ["jaipuri", "double", "chadar"]
    unsure = ranking("product_info", 0.5, 0.5, 0.6)
    assert leans_on_earlier(unsure, words)
    assert not leans_on_earlier(unsure, words, names_product=True)
