"""The numbers of a taught model, ready for `lite.py`: `python scripts/encoder/export.py --help`.

export.py english RUN OUT                    the English model
export.py languages RUN OUT --texts FILE     the one of all languages, with its move to the shared space
export.py card FOLDER                        once both files lie in knowledge/encoder_files: their fingerprint
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from corpus import read_shop, write_as_asked
from model import Model, choose_pieces, write_tokenizer
from smooth import Scaled, smooth
from tokenizers import Tokenizer
from vocabulary import cut_tokenizer

# No text is longer once `knowledge.lite_model` has shortened it.
PLACES = 128
# So many texts show how large the numbers inside become.
SHOWN = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("english", "languages", "card"))
    parser.add_argument("run", type=Path, help="folder of a taught model, or of both files")
    parser.add_argument("out", type=Path, nargs="?", help="folder for NAME.npz and NAME.json")
    parser.add_argument("--texts", type=Path, help="what texts.py wrote")
    wanted = parser.parse_args()
    if wanted.what == "card":
        write_card(wanted.run)
        return
    wanted.out.mkdir(parents=True, exist_ok=True)
    numbers = read_english(wanted) if wanted.what == "english" else read_languages(wanted)
    np.savez(wanted.out / f"{wanted.what}.npz", **numbers)


def read_english(wanted: argparse.Namespace) -> dict[str, Any]:
    rows = choose_pieces(wanted.run)
    write_tokenizer(wanted.run / "tokenizer.json", wanted.out / "english.json", rows)
    numbers = read_numbers(Model(wanted.run).bert)
    return numbers | {"words": numbers["words"][rows]}


@torch.no_grad()
def read_languages(wanted: argparse.Namespace) -> dict[str, Any]:
    model = Model(wanted.run).eval()
    foreign = wanted.texts.read_text("utf-8").splitlines()
    texts = sorted({*map(write_as_asked, foreign), *(write_as_asked(line.text) for line in read_shop())})
    rows = cut_tokenizer(wanted.run / "tokenizer.json", wanted.out / "languages.json", texts)
    smooth(model.bert, lambda bert: show(bert, model.tokenizer, texts))
    numbers = read_numbers(model.bert)
    numbers["words"] = numbers["words"][rows]
    if model.move is None:
        raise SystemExit(f"{wanted.run}: no move.pt (turn.py writes it)")
    return numbers | _named("move", model.move.weight, model.move.bias)


@torch.no_grad()
def show(bert: Any, tokenizer: Tokenizer, texts: list[str]) -> None:
    """Passes some of the texts through the encoder."""
    for text in random.Random(0).sample(texts, SHOWN):
        bert(input_ids=torch.tensor([tokenizer.encode(text).ids[:PLACES]]))


@torch.no_grad()
def read_numbers(bert: Any) -> dict[str, Any]:
    """A BertModel's weights by the names that `lite.py` knows, matrices as (given, taken)."""
    heads, given = bert.config.num_attention_heads, bert.embeddings
    # One sentence has one type of token.
    places = given.position_embeddings.weight[:PLACES] + given.token_type_embeddings.weight[0]
    numbers = {"heads": np.array(heads), "layers": np.array(len(bert.encoder.layer))}
    numbers |= {"words": given.word_embeddings.weight.numpy(), "places": places.numpy()}
    numbers |= _named("norm", given.LayerNorm.weight, given.LayerNorm.bias)
    for place, layer in enumerate(bert.encoder.layer):
        own, out = layer.attention.self, layer.attention.output
        asked = [_without_factor(one) for one in (own.query, own.key, own.value)]
        # By what attention divides its scores, the query is.
        shares = (1 / math.sqrt(own.attention_head_size), 1.0, 1.0)
        weight = torch.cat([one.weight * share for one, share in zip(asked, shares, strict=True)])
        bias = torch.cat([one.bias * share for one, share in zip(asked, shares, strict=True)])
        numbers |= _named(f"{place}.asked", weight.T, bias) | _inverse(f"{place}.asked", own.query)
        for name, one in (("out", out.dense), ("inner", layer.intermediate.dense), ("outer", layer.output.dense)):
            plain = _without_factor(one)
            numbers |= _named(f"{place}.{name}", plain.weight.T, plain.bias) | _inverse(f"{place}.{name}", one)
        for name, one in (("out_norm", out.LayerNorm), ("norm", layer.output.LayerNorm)):
            numbers |= _named(f"{place}.{name}", one.weight, one.bias)
    return numbers


def _without_factor(one: Any) -> Any:
    return one.linear if isinstance(one, Scaled) else one


def _inverse(name: str, one: Any) -> dict[str, Any]:
    return {f"{name}.inverse": one.inverse.numpy()} if isinstance(one, Scaled) else {}


def _named(name: str, weight: torch.Tensor, bias: torch.Tensor) -> dict[str, Any]:
    return {f"{name}.weight": weight.contiguous().numpy(), f"{name}.bias": bias.numpy()}


def write_card(folder: Path) -> None:
    """What `knowledge.own_model` tells these files from any others by."""
    total = hashlib.sha256()
    for name in ("english", "languages"):
        for ending in ("tflite", "json"):
            total.update((folder / f"{name}.{ending}").read_bytes())
    (folder / "encoder.json").write_text(json.dumps({"sha256": total.hexdigest()}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
