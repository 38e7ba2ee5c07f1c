"""A plain wish for a person is understood without any model, and nothing else is."""

from __future__ import annotations

import pytest

from bot.conversations.person_words import asks_for_person


@pytest.mark.parametrize(
    "text",
    ["agent", "AGENT!!!", "a human, please", "manas joie", "માણસ", "મનુષ્ય કે માણસ?", "மனிதரிடம் பேச வேண்டும்", "aal venum"],
)
def test_it_is_a_wish_for_a_person(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "agentur",
        "humane treatment of returns",
        "",
        "/agentless",
        "my travel agent told me that your shop sends parcels to Surat",
    ],
)
def test_it_is_not(text: str) -> None:
    assert not asks_for_person(text)


def test_the_button_counts_too() -> None:
    assert asks_for_person("To a person", payload="/human")
