"""Spellings that must meet, and some that must not."""

import pytest

from bot.language.fold import fold, skeleton


@pytest.mark.parametrize(
    "spellings",
    [
        ("kyare", "kyaare", "kyre", "ક્યારે"),
        ("refund", "રિફંડ", "ரிஃபண்ட்"),
        ("eppo", "epo", "எப்போ"),
        ("che", "chhe", "6e", "છે"),
    ],
)
def test_spellings_of_one_word_meet(spellings: tuple[str, ...]) -> None:
    assert len({skeleton(fold(word)) for word in spellings}) == 1


def test_numbers_stay() -> None:
    assert fold("TT-10466") == "t 10466"


def test_different_words_stay_apart() -> None:
    assert fold("cancel") != fold("return")
