"""What people ask in English elsewhere, as texts without labels: `python scripts/encoder/texts.py --help`.

Both encoders stay at home in English by them. Read from clones of public repositories: customers' sentences of
Schema-Guided Dialogue (google-research-datasets/dstc8-schema-guided-dialogue, train), MultiDoGO
(awslabs/multi-domain-goal-oriented-dialogues-dataset) and Taskmaster-4 (google-research-datasets/Taskmaster), titles
of StackOverflow (jacoxu/StackOverflow), questions of NQ-open (google-research-datasets/natural-questions).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

WORDS_MIN, WORDS_MAX = 3, 24
# Of each source, so that none outweighs the others.
MOST = 16_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path, help="folder with the five repositories by their names")
    parser.add_argument("out", type=Path, help="one text a line")
    wanted = parser.parse_args()
    chance, kept = random.Random(5), set()
    for read in (read_schema_guided, read_multidogo, read_taskmaster, read_titles, read_questions):
        texts = sorted({text for text in read(wanted.clones) if WORDS_MIN <= len(text.split()) <= WORDS_MAX})
        print(f"{read.__name__}: {len(texts)}")
        kept.update(chance.sample(texts, min(MOST, len(texts))))
    wanted.out.write_text("\n".join(sorted(kept)) + "\n", encoding="utf-8")


def read_schema_guided(clones: Path) -> Iterator[str]:
    for path in sorted((clones / "dstc8-schema-guided-dialogue" / "train").glob("dialogues_*.json")):
        for dialogue in json.loads(path.read_text("utf-8")):
            yield from (turn["utterance"] for turn in dialogue["turns"] if turn["speaker"] == "USER")


def read_multidogo(clones: Path) -> Iterator[str]:
    folder = clones / "multi-domain-goal-oriented-dialogues-dataset" / "data" / "paper_splits"
    for path in sorted((folder / "splits_annotated_at_sentence_level").glob("*/train.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            yield from (row["utterance"] for row in rows if row["utterance"])


def read_taskmaster(clones: Path) -> Iterator[str]:
    for path in sorted((clones / "Taskmaster" / "TM-4-2024" / "data").glob("*.json")):
        for dialogue in json.loads(path.read_text("utf-8")):
            yield from (one["text"] for one in dialogue["utterances"] if one["speaker"] == "user")


def read_titles(clones: Path) -> Iterator[str]:
    path = clones / "StackOverflow" / "rawText" / "title_StackOverflow.txt"
    yield from path.read_text("utf-8", errors="ignore").splitlines()


def read_questions(clones: Path) -> Iterator[str]:
    for path in sorted((clones / "natural-questions" / "nq_open").glob("NQ-open.*.jsonl")):
        yield from (json.loads(line)["question"] for line in path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()
