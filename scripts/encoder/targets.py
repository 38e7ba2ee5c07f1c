"""What the English model is taught by: `python scripts/encoder/targets.py --help`.

English texts with their vectors of all-MiniLM-L6-v2; every text of the shop, the code-mixed turns and a part of the
foreign English texts with their vectors of the model of all languages.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from corpus import read_parallel, read_shop, write_as_asked
from model import Model

BATCH = 320
# So many foreign English texts show how the two spaces lie to each other.
SHARED = 12_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="foreign English messages, one a line")
    parser.add_argument("--minilm", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--languages", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--public", type=Path, required=True, help="folder with codemix_gu_ta.csv")
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    shop, turns = read_shop(), read_parallel(wanted.public / "codemix_gu_ta.csv")
    foreign = sorted({write_as_asked(line) for line in wanted.texts.read_text("utf-8").splitlines() if line.strip()})
    own_english = {write_as_asked(line.text) for line in shop if line.language == "en"}
    english = sorted({*foreign, *own_english, *(write_as_asked(turn[0]) for turn in turns)})
    every = {write_as_asked(line.text) for line in shop} | {write_as_asked(one) for turn in turns for one in turn}
    every |= set(random.Random(3).sample(foreign, min(SHARED, len(foreign))))
    np.savez(
        wanted.out,
        english_texts=np.array(english, dtype=object),
        english=encode(Model(wanted.minilm).eval(), english),
        all_texts=np.array(sorted(every), dtype=object),
        all=encode(Model(wanted.languages).eval(), sorted(every)),
    )


@torch.inference_mode()
def encode(model: Callable[[Sequence[str]], torch.Tensor], texts: Sequence[str]) -> np.ndarray:
    """(len(texts), dim), half precision."""
    parts = [model(texts[at : at + BATCH]).numpy().astype(np.float16) for at in range(0, len(texts), BATCH)]
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
