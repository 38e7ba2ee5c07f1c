"""Turns the model of all languages to the English one's space: `python scripts/encoder/turn.py --help`.

Writes `move.pt` into the folder of the former: where the English model, as it was taught, puts the same English texts.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from corpus import read_shop, write_as_asked
from model import Model
from space import find_move
from targets import SHARED, encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--english", type=Path, required=True, help="folder that teach_english.py wrote")
    parser.add_argument("--texts", type=Path, required=True, help="what texts.py wrote")
    wanted = parser.parse_args()
    foreign = wanted.texts.read_text("utf-8").splitlines()
    own = {write_as_asked(line.text) for line in read_shop() if line.language == "en"}
    texts = sorted(own.union(random.Random(3).sample(foreign, min(SHARED, len(foreign)))))
    model = Model(wanted.languages)
    model.move = None
    given, there = (encode(one.eval(), texts).astype(np.float32) for one in (model, Model(wanted.english)))
    move = find_move(given, there)
    state = {name: torch.from_numpy(one) for name, one in (("weight", move.weight), ("bias", move.bias))}
    torch.save(state, wanted.languages / "move.pt")


if __name__ == "__main__":
    main()
