"""Two choices of one product side by side."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Customer

ANSWER = "action_answer_product"


@pytest.mark.parametrize(
    "text",
    [
        "what's the difference between the 3 jar and the 4 jar mixer, and price of both",
        "3 jar ane 4 jar mixer ma su fer",
        "மிக்சி 3 jar 4 jar என்ன வித்தியாசம்",
        "મિક્સરમાં 3 જાર અને 4 જારમાં શું ફેર",
    ],
)
async def test_two_choices_are_compared(customer: Customer, text: str) -> None:
    said = await customer.say(ANSWER, text, product="mixer-grinder-750w")
    assert "3 Jars: ₹3,299" in said
    assert "4 Jars: ₹3,799" in said
    assert "Romper" not in said


async def test_whats_is_no_size(customer: Customer) -> None:
    said = await customer.say(ANSWER, "what's the difference between M and L", product="linen-shirt-men")
    assert "• M:" in said
    assert "• L:" in said
    assert "• S:" not in said


async def test_one_choice_alone_is_no_comparison(customer: Customer) -> None:
    said = await customer.say(ANSWER, "is the 4 jar mixer better", product="mixer-grinder-750w")
    assert "• 3 Jars:" not in said
