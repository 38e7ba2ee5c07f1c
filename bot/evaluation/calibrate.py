"""`seva calibrate`: fits the gate on labelled cases that training never saw, and writes `bot/nlu/gate.json`.

Cases: our own (`tests/nlu/*.jsonl`) and further files of which only even ids count. Training examples are no use here:
the encoder has learned from them. The model is fitted from the same files as by `rasa train`; nothing need run.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation.cases import HAND_OFF_ROUTES, Case, read_cases
from bot.evaluation.gate_fit import FOREIGN_WEIGHT, OWN_WEIGHT, Sample, fit_gate
from bot.nlu.gate import FEATURES, GATE_PATH, build_signals, candidate, is_empty
from bot.nlu.offline import Pipeline, Read, read_examples
from bot.nlu.person import FEATURES as PERSON_FEATURES
from bot.nlu.person import PERSON, build_person_signals

ROOT = Path(__file__).resolve().parents[2]


def calibrate(even_only: Sequence[Path] = (), target: Path = GATE_PATH) -> dict[str, object]:
    """Fits and writes the gate; the answer is what was written. Takes about a minute once vectors are cached.

    even_only: files of cases whose odd ids stay unseen, for measuring.
    """
    examples = read_examples()
    pipeline = Pipeline(examples)
    own = [case for path in sorted((ROOT / "tests" / "nlu").glob("*.jsonl")) for case in read_cases(path)]
    foreign = [case for path in even_only for case in read_cases(path) if _is_even(case)]
    samples = [_sample(case, pipeline.read(case.text, case.history), OWN_WEIGHT) for case in own]
    samples += [_sample(case, pipeline.read(case.text, case.history), FOREIGN_WEIGHT) for case in foreign]
    content = fit_gate(samples)
    content["measured"] |= {"own": len(own), "foreign": len(foreign)}  # type: ignore[operator]
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return content


def _sample(case: Case, read: Read, weight: float) -> Sample | None:
    """None for what the gate turns away before it weighs anything."""
    if is_empty(read.understanding):
        return None
    found = read.language
    signals = build_signals(read.understanding, found.language, found.script, found.confidence)
    first = candidate(read.understanding.ranking.labels[0], 0.0)
    person = build_person_signals(read.understanding.ranking)
    accepted = {one["route"] for one in case.accepted}
    return Sample(
        tuple(signals[name] for name in FEATURES),
        case.accepts_route({"route": first.route, "topic": first.topic}),
        weight,
        tuple(person[name] for name in PERSON_FEATURES),
        case.expect["route"] == PERSON or (None if PERSON in accepted else False),
        not accepted.isdisjoint(HAND_OFF_ROUTES),
    )


def _is_even(case: Case) -> bool:
    digits = "".join(char for char in case.id if char.isdigit())
    return bool(digits) and int(digits) % 2 == 0
