"""What is found out about words is kept, but not about any length of text."""

from bot.language.by_word import KEPT, LONGEST, by_word


def test_a_word_is_looked_into_once_and_a_long_one_is_not_kept() -> None:
    asked: list[str] = []

    @by_word
    def shout(word: str) -> str:
        asked.append(word)
        return word.upper()

    assert [shout("refund"), shout("refund"), shout("order")] == ["REFUND", "REFUND", "ORDER"]
    assert asked == ["refund", "order"]
    long = "x" * (LONGEST + 1)
    assert shout(long) == shout(long) == long.upper()
    assert asked == ["refund", "order", long, long]


def test_of_many_words_the_last_are_kept() -> None:
    asked: list[str] = []
    note = by_word(asked.append)
    for number in range(KEPT + 1):
        note(str(number))
    note(str(KEPT))
    assert len(asked) == KEPT + 1
    note("0")
    assert asked[-1] == "0"
