"""What the trained model makes of our own cases in `tests/nlu/behaviour`, through the whole system."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.config import read_env_file
from bot.dialogue.topic_client import TOPICS_PATH
from bot.evaluation.cases import read_cases
from tests.system.conftest import ROOT, System

pytestmark = pytest.mark.rasa

BEHAVIOUR = ROOT / "tests" / "nlu" / "behaviour"
# Each file with the least number of cases a language group must have, and the least share of them that must be right.
BARS = {"negation": (12, 0.8), "anger": (10, 0.8), "follow_ups": (15, 0.8), "two_wishes": (8, 0.75)}


def measure(system: System, name: str, folder: Path) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Each case of the file with the turn it got, by language group."""
    out = folder / "cases.jsonl"
    done = system.seva("evaluate", str(BEHAVIOUR / f"{name}.jsonl"), "--json", "--cases-out", str(out))
    assert done.returncode == 0, done.stderr
    cases = [json.loads(line) for line in (BEHAVIOUR / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    got = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    groups: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
    for case, one in zip(cases, got, strict=True):
        groups[case["lang"]].append((case, one))
    return groups


def fits(turn: dict[str, Any], expected: list[dict[str, str]]) -> bool:
    return any(all(turn.get(key) == value for key, value in one.items()) for one in expected)


@pytest.mark.parametrize("name", BARS)
def test_there_are_enough_cases_in_every_language(name: str) -> None:
    counts: dict[str, int] = defaultdict(int)
    for case in read_cases(BEHAVIOUR / f"{name}.jsonl"):
        counts[case.lang] += 1
    assert {"en", "gu", "ta", "gu-Latn", "ta-Latn"} <= set(counts)
    assert min(counts.values()) >= BARS[name][0]


@pytest.mark.parametrize(
    "name",
    [
        "negation",
        "anger",
        "follow_ups",
    ],
)
def test_most_are_understood_in_every_language(system: System, tmp_path: Path, name: str) -> None:
    groups = measure(system, name, tmp_path)
    shares = {lang: sum(one["ok"] for _, one in pairs) / len(pairs) for lang, pairs in groups.items()}
    wrong = [
        (case["text"], one["got"].get("route")) for pairs in groups.values() for case, one in pairs if not one["ok"]
    ]
    assert min(shares.values()) >= BARS[name][1], (shares, wrong)


def test_what_is_not_wanted_is_not_done(system: System, tmp_path: Path) -> None:
    """ "I don't want to cancel" may be asked back about; taking it for a cancellation is the one wrong answer."""
    pairs = [pair for group in measure(system, "negation", tmp_path).values() for pair in group]
    done = [
        case["text"]
        for case, one in pairs
        if one["got"].get("decision") == "answer" and fits(one["got"], case.get("not", []))
    ]
    assert len(done) <= 0.05 * len(pairs), done


def test_anger_gets_an_answer_and_no_refusal(system: System, tmp_path: Path) -> None:
    pairs = [pair for group in measure(system, "anger", tmp_path).values() for pair in group]
    ignored = [case["text"] for case, one in pairs if one["got"].get("route") == "out_of_scope"]
    assert len(ignored) <= 0.05 * len(pairs), ignored


def test_two_wishes_are_both_served_or_the_second_is_next(system: System, tmp_path: Path) -> None:
    groups = measure(system, "two_wishes", tmp_path)
    served = {
        lang: sum(
            one["ok"] and any(fits(also, case["then"]) for also in one["got"].get("also", [])) for case, one in pairs
        )
        / len(pairs)
        for lang, pairs in groups.items()
    }
    assert min(served.values()) >= BARS["two_wishes"][1], served


def test_one_wish_is_not_taken_for_two(system: System, tmp_path: Path) -> None:
    path, out = ROOT / "tests" / "nlu" / "cases.jsonl", tmp_path / "cases.jsonl"
    done = system.seva("evaluate", str(path), "--json", "--cases-out", str(out))
    assert done.returncode == 0, done.stderr
    tags = {one["id"]: one["tags"] for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    got = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    single = [one for one in got if "two_intents" not in tags[one["id"]]]
    cut = [one["id"] for one in single if one["got"].get("also")]
    assert len(cut) <= 0.005 * len(single), cut


NEAR = [
    ("how long till the money is back in my account?", "refund.time"),
    ("પૈસા પાછા ક્યારે આવશે?", "refund.time"),
    ("பணம் எப்போ திரும்ப வரும்?", "refund.time"),
    ("refund na paisa kyare aavse?", "refund.time"),
    ("panam eppo thirumba varum?", "refund.time"),
    ("size nano pade to exchange thase?", "exchange.how"),
    ("thank you so much 🙏", None),
    ("வணக்கம்", None),
    ("who won the cricket match yesterday", None),
]


def fits_one(named: list[str], topic: str | None) -> bool:
    return topic in named if topic else named == []


def test_answers_are_suggested_to_people_by_meaning_in_every_writing(system: System) -> None:
    """What Rasa tells the desk about a message to an agent: real encoder, index and gate."""
    secrets = read_env_file(Path(system.environment["DATA_DIR"]) / "secrets.env")
    url = f"http://127.0.0.1:{system.environment['RASA_PORT']}{TOPICS_PATH}"
    headers = {"Authorization": f"Bearer {secrets['RASA_TOKEN']}"}
    asked = [{"conversation": "c1", "message_id": "topics", "text": text} for text, _ in NEAR]
    answers = [httpx.post(url, json=one, headers=headers, timeout=10).json()["topics"] for one in asked]
    wrong = [(text, named) for (text, topic), named in zip(NEAR, answers, strict=True) if not fits_one(named, topic)]
    assert wrong == []
    assert httpx.post(url, json=asked[0], timeout=10).status_code == 401
