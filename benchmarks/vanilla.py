"""Vanilla Rasa with the same intents and answers: the default pipeline and policies of Rasa 3.6, answers as responses.

Written out as a Rasa project into a folder, trained and served by the stock commands. Fewer epochs than the default:
they change how well it answers, not how fast.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.cli.prepare import rasa_environment
from bot.config import ROOT

LANGUAGES = ("en", "gu", "ta")
QUESTIONS = 4
EXAMPLES = 10
EPOCHS = 5
ROUTE_FOLDERS = ("complaints", "feedback", "handoff", "orders", "out_of_scope", "privacy", "products", "smalltalk")


def config(epochs: int) -> dict[str, Any]:
    """What `rasa init` leaves to Rasa: these are the components and policies it then chooses by itself."""
    char_grams = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}
    return {
        "recipe": "default.v1",
        "language": "en",
        "assistant_id": "vanilla",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            char_grams,
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True},
        ],
    }


def build(folder: Path) -> tuple[Path, int]:
    """A trained model in `folder` (kept until its inputs change) and its number of examples."""
    nlu, answers = read_content()
    files = {
        "config.yml": config(EPOCHS),
        "domain.yml": domain(nlu, answers),
        "data/nlu.yml": nlu_file(nlu),
        "data/rules.yml": rules(nlu),
        "data/stories.yml": stories(),
        "credentials.yml": {"rest": {}},
        "endpoints.yml": {},
    }
    examples = sum(len(lines) for lines in nlu.values())
    mark = hashlib.sha256(json.dumps(files, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
    model = folder / "models" / f"vanilla-{mark}.tar.gz"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, width=1000), encoding="utf-8")
    if not model.is_file():
        command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", model.name.removesuffix(".tar.gz")]
        with (folder / "train.log").open("w") as log:
            subprocess.run(command, cwd=folder, env=rasa_environment(), stdout=log, stderr=log, check=True)
    return model, examples


def read_content() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Examples and answers by intent; FAQ topics are `faq/<topic>_<language>`: vanilla Rasa knows no languages."""
    nlu: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    for language in LANGUAGES:
        for path in sorted((ROOT / "knowledge" / "sources" / language).glob("*.yml")):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]:
                name = f"faq/{entry['topic'].replace('.', '_')}_{language}"
                answers[name] = entry["answer"].strip()
                nlu[name] = entry["questions"][:QUESTIONS] + entry.get("romanised", [])[: QUESTIONS // 2]
        for skill in ROUTE_FOLDERS:
            for intent, lines in _intents(ROOT / "data" / "nlu" / skill / f"{language}.yml"):
                nlu.setdefault(intent, []).extend(lines[:: max(1, len(lines) // EXAMPLES)][:EXAMPLES])
                answers[intent] = f"This is the answer to {intent}, about as long as such an answer is in a real shop."
    return nlu, answers


def domain(nlu: dict[str, list[str]], answers: dict[str, str]) -> dict[str, Any]:
    responses = {f"utter_{name}": [{"text": text}] for name, text in answers.items()}
    responses["utter_nlu_fallback"] = [{"text": "Sorry, what do you mean?"}]
    return {"version": "3.1", "intents": [*_plain(nlu), "faq"], "responses": responses}


def nlu_file(nlu: dict[str, list[str]]) -> dict[str, Any]:
    blocks = [
        {"intent": name, "examples": "".join(f"- {_one_line(line)}\n" for line in lines)} for name, lines in nlu.items()
    ]
    return {"version": "3.1", "nlu": blocks}


def rules(nlu: dict[str, list[str]]) -> dict[str, Any]:
    names = [*_plain(nlu), "faq", "nlu_fallback"]
    steps = {name: [{"intent": name}, {"action": f"utter_{name}"}] for name in names}
    return {"version": "3.1", "rules": [{"rule": name, "steps": step} for name, step in steps.items()]}


def stories() -> dict[str, Any]:
    """A few paths as `rasa init` has them, so that the policies that learn from stories are there."""
    paths = (
        ("greet", "faq", "thanks"),
        ("faq", "faq", "bye"),
        ("greet", "order_status", "deny"),
        ("complaint", "human"),
    )
    return {
        "version": "3.1",
        "stories": [
            {
                "story": " ".join(path),
                "steps": [step for name in path for step in ({"intent": name}, {"action": f"utter_{name}"})],
            }
            for path in paths
        ],
    }


def _intents(path: Path) -> Iterator[tuple[str, list[str]]]:
    for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        yield block["intent"], [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]


def _plain(nlu: dict[str, list[str]]) -> list[str]:
    return [name for name in nlu if not name.startswith("faq/")]


def _one_line(text: str) -> str:
    """Without the signs that Rasa's format reads as annotations."""
    return " ".join(text.split()).replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
