"""Language and script of messages."""

import pytest

from bot.language.detect import detect


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("where is my parcel", "en", "Latn"),
        ("મારો ઓર્ડર ક્યાં છે", "gu", "Gujr"),
        ("என் ஆர்டர் எங்கே", "ta", "Taml"),
        ("maro order kyare aavse", "gu", "Latn"),
        ("en order eppo varum", "ta", "Latn"),
        ("refund ક્યારે આવશે bank માં", "gu", "Gujr"),
        ("मेरा ऑर्डर", "hi", "Deva"),
    ],
)
def test_language_and_script(text: str, language: str, script: str) -> None:
    found = detect(text)
    assert (found.language, found.script) == (language, script)


@pytest.mark.parametrize("text", ["TT-10432", "😀", "", "98765 43210", "a@b.example"])
def test_a_text_without_words_takes_the_hint(text: str) -> None:
    assert detect(text, "ta").language == "ta"
    assert detect(text).language == "en"


def test_the_hint_does_not_outweigh_clear_words() -> None:
    assert detect("please tell me when my parcel will be delivered", "gu").language == "en"


@pytest.mark.parametrize("text", ["COD mle?", "ok", "cod", "cancel it"])
def test_words_that_every_language_borrows_switch_nothing(text: str) -> None:
    assert detect(text, "gu").language == "gu"
    assert detect(text).language == "en"


@pytest.mark.parametrize("text", ["cancel TT-10432", "cancel", "exchange", "kurti"])
def test_of_somebody_new_few_words_of_any_language_leave_the_usual_one(text: str) -> None:
    assert detect(text).language == "en"
    assert detect(text, "gu").language == "gu"


@pytest.mark.parametrize("text", ["price su", "barabar", "kem cho"])
def test_of_somebody_new_few_words_of_one_language_are_of_that(text: str) -> None:
    assert detect(text).language == "gu"


@pytest.mark.parametrize(("text", "language"), [("kyare aavse", "gu"), ("eppo varum", "ta"), ("yes please", "en")])
def test_a_few_words_of_a_language_switch_to_it(text: str, language: str) -> None:
    others = {"en", "gu", "ta"} - {language}
    assert {detect(text, hint).language for hint in others} == {language}
