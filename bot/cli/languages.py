"""`seva languages`: which languages there are, and what each still lacks (docs/add-a-language.md)."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bot.config import ROOT
from bot.language.coverage import is_detected, missing_texts, silent_letters, wrong_placeholders
from bot.language.languages import DEFAULT_LANGUAGE, load_languages
from knowledge.sources import read_knowledge

SHOWN_MAX = 12


def languages(as_json: Annotated[bool, typer.Option("--json", help="One object of JSON.")] = False) -> None:
    """Lists the languages and what each still lacks; what is missing is said in the default language."""
    found = {code: _find_gaps(code) for code in load_languages()}
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for code, gaps in found.items():
        lacking = {title: values for title, values in gaps["lacks"].items() if values}
        typer.echo(f"{code}  {gaps['name']}: " + ("complete" if not lacking else ""))
        for title, values in lacking.items():
            shown = ", ".join(values[:SHOWN_MAX]) + (" …" if len(values) > SHOWN_MAX else "")
            typer.echo(f"    {len(values)} {title}: {shown}")


def _find_gaps(code: str) -> dict[str, Any]:
    knowledge = read_knowledge()
    answered = {entry.topic for entry in knowledge.entries if entry.language == code}
    skills = {path.parent.name for path in (ROOT / "data" / "nlu").glob(f"*/{DEFAULT_LANGUAGE}.yml")}
    learned = {path.parent.name for path in (ROOT / "data" / "nlu").glob(f"*/{code}.yml")}
    detector = [] if is_detected(code) else ["words in language.yml, or python -m bot.language.train_detector"]
    return {
        "name": load_languages()[code].name,
        "lacks": {
            "texts": missing_texts(code),
            "texts with other placeholders": wrong_placeholders(code),
            "FAQ topics": sorted(set(knowledge.topics) - answered),
            "skills without examples": sorted(skills - learned),
            "letters without a sound": silent_letters(code),
            "way to be detected in Latin letters": detector,
        },
    }
