"""How fast we send: bursts and refills per person and number, pauses that grow, and one person slowing nobody else."""

from __future__ import annotations

from bot.channels.whatsapp.errors import Action, classify
from bot.channels.whatsapp.pace import Pace


class Time:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def send(pace: Pace, user: str, count: int = 1) -> list[float]:
    """So many messages at this moment, with what each had to wait for."""
    waits = []
    for _ in range(count):
        waits.append(pace.find_wait(user))
        pace.take(user)
    return waits


def test_ten_at_once_to_one_person_and_then_one_in_six_seconds() -> None:
    time = Time()
    pace = Pace(time)
    waits = send(pace, "a", 12)
    assert waits[:10] == [0.0] * 10
    assert 5.9 < waits[10] < 6.1 < 11.9 < waits[11] < 12.1
    assert send(pace, "b") == [0.0]
    time.now += 72
    assert send(pace, "a") == [0.0]


def test_seventy_a_second_from_one_number() -> None:
    pace = Pace(Time())
    waits = [send(pace, f"user{number}")[0] for number in range(80)]
    assert waits[:70] == [0.0] * 70
    assert 0 < waits[70] < waits[79] < 0.2


def test_a_pair_that_is_too_fast_waits_ever_longer_and_alone() -> None:
    time = Time()
    pace = Pace(time)
    assert [pace.slow_pair("a") for _ in range(3)] == [6, 24, 96]
    assert (pace.find_wait("a"), pace.find_wait("b")) == (96, 0)
    time.now += 96
    pace.succeed("a")
    assert pace.slow_pair("a") == 6


def test_a_number_that_is_too_fast_pauses_for_all() -> None:
    pace = Pace(Time(), chance=lambda: 0.5)
    assert [pace.slow_number() for _ in range(3)] == [1.5, 3.0, 6.0]
    assert pace.find_wait("anybody") == 6.0


def test_unknown_codes_are_repeated_only_if_that_may_help() -> None:
    assert classify(424242, status=400).action is Action.FINAL
    assert classify(424242, status=400, transient=True).action is Action.RETRY
    assert classify(None, status=503).action is Action.RETRY
    assert classify(None, status=401).action is Action.STOP
