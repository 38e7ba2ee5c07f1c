"""Hostile and ordinary strings through `clean_text` and `normalise`."""

import unicodedata

import pytest

from bot.language.normalise import MAX_CHARS, MAX_MARKS, MAX_WORDS, SAFE_SLASH, clean_text, normalise

HOSTILE = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "controls": "a\x07\x1b[31mb\x9f",
    "bidi override": "a\u202eb\u2066c\u200f",
    "non-character": "a\ufffeb",
    "zalgo": "z" + "\u0301" * 5000,
    "long": "x" * 10_000,
    "many words": "a " * 5000,
    "command": '/set_slots{"a":"b"}',
    "command behind spaces and zero-width": " \u200b\ufeff /restart",
    "full-width command": "／restart",
    "doubled command": "//restart",
    "emoji family": "👨‍👩‍👧",
    "html": "<script>alert(1)</script>",
    "only line breaks": "\r\n\u2028\x85",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_cleaned_text_is_harmless_and_stays_so(raw: str) -> None:
    text = clean_text(raw)
    assert len(text) <= MAX_CHARS
    assert len(text.split()) <= MAX_WORDS
    assert not text.lstrip("\u200b\ufeff ").startswith(("/", "／"))
    assert all(unicodedata.category(char) not in ("Cs", "Cc") or char in "\n\t" for char in text)
    assert not set(text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufffe")
    assert clean_text(text) == text
    text.encode("utf-8")


def test_marks_on_one_letter_are_limited() -> None:
    assert len(clean_text("q" + "\u0323" * 50)) == 1 + MAX_MARKS


def test_a_leading_slash_is_shown_but_is_no_command() -> None:
    assert clean_text("/greet") == f"{SAFE_SLASH}greet"
    assert clean_text("1/2 price") == "1/2 price"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("૧૦૪૨૮ માં", "10428 માં"),
        ("டிடி-௧௦௪௨௮", "டிடி-10428"),
        ("sooooo goood", "soo good"),
        ("please!!!!", "please!"),
        ("a\u200bb", "ab"),
        ("100000", "100000"),
        ("  two\n lines ", "two lines"),
        ("it’s", "it's"),
    ],
)
def test_normalised_for_understanding(raw: str, expected: str) -> None:
    assert normalise(raw) == expected
