"""Measures the intent pipeline on a public set, beside Rasa's default pipeline on the same rows in the same run.

    python benchmarks/intents.py --data FILE.csv [--train-split train] [--vanilla] [--json]

FILE has the columns `text,label,split`; the label `oos` or `NO_NODES_DETECTED` means out of scope. The shop's own
components (catalogue, gate) are left out. Both pipelines are trained and asked through Rasa's API.
"""

import argparse
import asyncio
import contextlib
import csv
import json
import logging
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = ("oos", "NO_NODES_DETECTED")
FALLBACK = "nlu_fallback"
SEVA: list[dict[str, Any]] = [
    {"name": "bot.nlu.normaliser.MessageNormaliser"},
    {"name": "bot.nlu.encoder.EncoderFeaturizer"},
    {"name": "bot.nlu.classifier.RouteClassifier"},
]
# What `rasa init` writes for 3.6.21 when the pipeline is left empty.
VANILLA: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


@dataclass(frozen=True)
class Row:
    """One labelled text."""

    text: str
    label: str

    @property
    def inside(self) -> bool:
        return self.label not in OUTSIDE


@dataclass(frozen=True)
class Guess:
    """The label that came first, and the confidence (0-1) of the best one in scope."""

    label: str
    confidence: float


def main() -> None:
    options = _parse_options()
    _quieten()
    train, test = read_rows(options.data, options.train_split)
    figures: dict[str, Any] = {"data": options.data.name, "train_split": options.train_split}
    figures |= {"train": len(train), "test": len(test)} | measure(SEVA, train, test)
    if options.vanilla:
        figures["vanilla"] = measure(VANILLA, train, test)
    print(json.dumps(figures) if options.json else as_text(figures))


def read_rows(path: Path, train_split: str) -> tuple[list[Row], list[Row]]:
    """Rows of the train split and of `test`; rows without text or label are left out.

    Raises: SystemExit when a column or a split is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"text", "label", "split"} <= set(rows[0]):
        raise SystemExit(f"{path}: needs the columns text, label, split")
    parts: dict[str, list[Row]] = {train_split: [], "test": []}
    for row in rows:
        text, label = (row["text"] or "").strip(), (row["label"] or "").strip()
        if text and label and row["split"] in parts:
            parts[row["split"]].append(Row(text, label))
    for split, found in parts.items():
        if not found:
            raise SystemExit(f"{path}: no rows with split {split!r}")
    return parts[train_split], parts["test"]


def measure(pipeline: list[dict[str, Any]], train: list[Row], test: list[Row]) -> dict[str, Any]:
    """Trains the pipeline and asks it every test row. Times are wall-clock."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        agent = _train(pipeline, train, Path(folder))
        train_s = time.perf_counter() - started
        started = time.perf_counter()
        guesses = asyncio.run(_ask(agent, test))
        asked_s = time.perf_counter() - started
    times = {"train_s": round(train_s, 1), "ms_per_message": round(1000 * asked_s / len(test), 2)}
    return score(test, guesses) | times


def score(test: list[Row], guesses: list[Guess]) -> dict[str, float | None]:
    """`in_scope_accuracy`, `auroc` (None without out-of-scope rows) and `best_overall_accuracy` over thresholds."""
    inside = np.array([row.inside for row in test])
    right = np.array([guess.label == row.label for row, guess in zip(test, guesses, strict=True)])
    confidence = np.array([guess.confidence for guess in guesses])
    named = np.array([guess.label not in OUTSIDE for guess in guesses])
    thresholds = np.unique(np.quantile(confidence, np.linspace(0, 1, 501)))
    accepted = named & (confidence >= thresholds[:, None])
    overall = np.where(accepted, right & inside, ~inside).mean(axis=1)
    best = max(float(overall.max()), float(np.mean(~inside)))
    accuracy = float(right[inside].mean()) if inside.any() else None
    return {
        "in_scope_accuracy": None if accuracy is None else round(accuracy, 4),
        "auroc": build_auroc(confidence, inside),
        "best_overall_accuracy": round(best, 4),
    }


def build_auroc(confidence: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]) -> float | None:
    """Chance that an in-scope row is more confident than an out-of-scope one; ties count half."""
    if inside.all() or not inside.any():
        return None
    _, ranks, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[ranks][inside].sum())
    n_in, n_out = int(inside.sum()), int((~inside).sum())
    return round((rank_sum - n_in * (n_in + 1) / 2) / (n_in * n_out), 4)


def as_text(figures: dict[str, Any]) -> str:
    rows = [("seva", figures)] + ([("vanilla rasa", figures["vanilla"])] if "vanilla" in figures else [])
    keys = ("in_scope_accuracy", "auroc", "best_overall_accuracy", "train_s", "ms_per_message")
    lines = [f"{figures['data']}: {figures['train']} examples, {figures['test']} asked"]
    lines += [f"{'':14}" + "".join(f"{key:>23}" for key in keys)]
    return "\n".join(lines + [f"{name:14}" + "".join(f"{part[key]!s:>23}" for key in keys) for name, part in rows])


def _quieten() -> None:
    """Rasa's structured log goes to standard output at debug level, where the figures belong."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _train(pipeline: list[dict[str, Any]], rows: list[Row], folder: Path) -> Any:
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    # Rasa reads "/" in an intent as a retrieval intent and "[a](b)" in YAML as an entity: names are cleaned.
    labels = _name_intents(sorted({row.label for row in rows}))
    intents = {label: name for name, label in labels.items()}
    examples = [{"text": row.text, "intent": intents[row.label]} for row in rows]
    data, config = folder / "nlu.json", folder / "config.yml"
    data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8")
    # Else Rasa takes over what it has learned from the same rows before, also by other code.
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    content = {"recipe": "default.v1", "assistant_id": "benchmark", "language": "en", "pipeline": pipeline}
    config.write_text(json.dumps(content), encoding="utf-8")
    print(f"training on {len(rows)} examples of {len(labels)} labels", file=sys.stderr)
    with contextlib.redirect_stdout(sys.stderr):
        model = train_nlu(str(config), str(data), str(folder / "models"))
    agent = Agent.load(model)
    agent.labels = labels
    return agent


async def _ask(agent: Any, test: list[Row]) -> list[Guess]:
    guesses: list[Guess] = []
    for number, row in enumerate(test, start=1):
        # A leading slash would be read as a command by Rasa, whatever the pipeline.
        parsed = await agent.parse_message(row.text.lstrip("/") or "?")
        guesses.append(_guess(agent.labels, parsed))
        if number % 500 == 0:
            print(f"asked {number} of {len(test)}", file=sys.stderr)
    return guesses


def _guess(labels: dict[str, str], parsed: dict[str, Any]) -> Guess:
    ranking = [one for one in parsed.get("intent_ranking") or [] if one["name"] not in (None, FALLBACK)]
    labelled = [(labels[one["name"]], float(one["confidence"])) for one in ranking]
    if not labelled:
        return Guess("", 0.0)
    inside = (confidence for label, confidence in labelled if label not in OUTSIDE)
    return Guess(labelled[0][0], next(inside, 0.0))


def _name_intents(labels: list[str]) -> dict[str, str]:
    """The labels by names that Rasa takes, as like them as can be."""
    named: dict[str, str] = {}
    for label in labels:
        name = re.sub(r"\W+", "_", label).strip("_") or "label"
        while name in named:
            name += "_"
        named[name] = label
    return named


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Intent accuracy on a public set.")
    parser.add_argument("--data", type=Path, required=True, help="CSV with text,label,split")
    parser.add_argument("--train-split", default="train", help="value of `split` to train on (default: train)")
    parser.add_argument("--vanilla", action="store_true", help="also train Rasa's default pipeline")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
