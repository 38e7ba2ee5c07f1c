"""Fifty people who talk at once: what they say, and a judgement over what Rasa ran and what each of them was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

PEOPLE = 50
LINES = 2


def write_lines(who: str) -> list[str]:
    """What one of them says, in order; each line begins with who says it."""
    return [f"{who} m{number}" for number in range(LINES)]


def find_disorder(crowd: Iterable[str], ran: Iterable[str], shown: Mapping[str, Sequence[str]]) -> list[str]:
    """Every line that was lost, doubled or out of order, at Rasa or at its writer's; empty if there is none.

    `ran`: the turns' texts (several lines make one turn if they came together); `shown`: what each was shown.
    """
    at_rasa: dict[str, list[str]] = {}
    for text in ran:
        at_rasa.setdefault(text.split()[0], []).extend(text.split("\n"))
    faults = []
    for who in crowd:
        wanted = write_lines(who)
        answers = [line for text in shown.get(who, ()) for line in text.removeprefix("about: ").split("\n")]
        faults += [f"{who}: Rasa ran {at_rasa.get(who)}"] * (at_rasa.get(who) != wanted)
        faults += [f"{who}: was shown {answers}"] * (answers != wanted)
    return faults
