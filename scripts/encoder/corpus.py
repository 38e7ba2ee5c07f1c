"""The texts that the encoder learns from: labelled ones, texts in parallel, and noise as phones make it.

Shop texts come from `knowledge/sources` and `data/nlu` (never from evaluation cases). Public sets are read from a
folder outside the project: the training rows of CLINC150, and restaurant dialogues in English and code-mixed romanised
Gujarati and Tamil.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.language.normalise import normalise
from bot.nlu.features import mask

ROOT = Path(__file__).resolve().parents[2]
# Messages of these labels have nothing in common but what they are not: each stands for itself.
SCATTERED = {"out_of_scope", "oos"}


@dataclass(frozen=True)
class Line:
    """One text; lines of one `group` mean the same."""

    text: str
    group: str
    language: str


def read_shop(root: Path = ROOT) -> list[Line]:
    """Every example of every route and topic."""
    lines = []
    for path in sorted((root / "knowledge" / "sources").glob("*/*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["topics"]:
            for field in ("questions", "romanised", "mixed"):
                lines += [Line(str(text), entry["topic"], path.parent.name) for text in entry.get(field) or []]
            lines.append(Line(str(entry["title"]), entry["topic"], path.parent.name))
    for path in sorted((root / "data" / "nlu").glob("*/*.yml")):
        for intent in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            for row in intent["examples"].splitlines():
                if row.strip().startswith("- "):
                    lines.append(Line(row.strip()[2:].strip(), intent["intent"], path.stem))
    return lines


def read_labelled(path: Path, split: str = "train") -> list[Line]:
    """The rows of one split of a public set (`text,label,split`)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Line(row["text"], row["label"], "en") for row in csv.DictReader(file) if row["split"] == split]


def read_parallel(path: Path) -> list[tuple[str, str, str]]:
    """English, romanised Gujarati, romanised Tamil of the same turn; turns left in English are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["en"], row["gu_latn"], row["ta_latn"]) for row in csv.DictReader(file)]
    kept = {row[0].lower(): row for row in rows if row[0] not in row[1:] and len(row[0].split()) > 2}
    return list(kept.values())


def by_group(lines: list[Line]) -> dict[str, dict[str, list[str]]]:
    """Texts by group, then by language."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        groups[line.group][line.language].append(line.text)
    return groups


def write_as_asked(text: str) -> str:
    """The text as the message pipeline gives it to the encoder."""
    return mask(normalise(text))


def family(name: str) -> str:
    """What a topic or route belongs to ("refund" for "refund.time")."""
    if "." in name:
        return name.partition(".")[0]
    return "order" if name.startswith(("order_", "return_", "refund_", "invoice_")) else "route"


def own_group(name: str, text: str) -> str:
    """What the text means the same with: its topic, or itself alone where the topic is no meaning."""
    return f"{name}/{text}" if name.rpartition("/")[2] in SCATTERED else name


def choose_topics(names: list[str], weights: list[float], count: int, chance: random.Random) -> list[str]:
    """Half by chance, the other half out of the same families ("refund.time" beside "refund.method"): the hard ones."""
    first = chance.choices(names, weights, k=count // 2)
    chosen = dict.fromkeys(first)
    for name in first:
        near = [one for one in names if one not in chosen and family(one) == family(name)]
        if near:
            chosen[chance.choice(near)] = None
    while len(chosen) < count:
        chosen[chance.choices(names, weights)[0]] = None
    return list(chosen)


_KEYS = {
    char: near
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for char, near in zip(row, row[1:] + row[-2], strict=True)
}
_LATIN_WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)


def add_typos(text: str, chance: random.Random, share: float = 0.12) -> str:
    """Slips of the thumb in about `share` of the Latin words: a letter lost, doubled, swapped or its neighbour."""

    def slip(match: re.Match[str]) -> str:
        word = match.group()
        if chance.random() > share:
            return word
        at = chance.randrange(1, len(word))
        kind = chance.randrange(4)
        if kind == 0:
            return word[:at] + word[at + 1 :]
        if kind == 1:
            return word[:at] + word[at] + word[at:]
        if kind == 2 and at + 1 < len(word):
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + _KEYS.get(word[at].lower(), word[at]) + word[at + 1 :]

    return _LATIN_WORD.sub(slip, text)
