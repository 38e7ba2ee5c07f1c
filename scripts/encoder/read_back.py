"""The numbers of a released file, to teach it further: `python scripts/encoder/read_back.py --help`.

They are what 8 bits leave of the taught ones (cosine of the vectors 0.999). What the converter drew into the weights is
taken out of them again: the scales of `smooth.py`, and those of the normalisation before a layer.
"""

from __future__ import annotations

import argparse
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ai_edge_litert.interpreter import Interpreter
from model import Model
from transformers import BertConfig

PRODUCTS = ("asked", "out", "inner", "outer")
Floats = np.ndarray


@dataclass(frozen=True)
class Step:
    """One operation of the file: its kind, the tensors it is given and the first that it gives."""

    kind: str
    given: list[int]
    gives: int


class File:
    """The operations of a LiteRT file in their order, and its constants."""

    def __init__(self, path: Path) -> None:
        self._interpreter = Interpreter(str(path))
        tensors = self._interpreter.get_tensor_details()
        self._scales = {one["index"]: one["quantization_parameters"]["scales"] for one in tensors}
        self.shapes = {one["index"]: tuple(one["shape"]) for one in tensors}
        every = self._interpreter._get_ops_details()
        self.steps = [Step(one["op_name"], list(one["inputs"]), int(one["outputs"][0])) for one in every]

    def constant(self, index: int) -> Floats:
        """Its numbers, rows by their scale where they are 8 bits."""
        values, scales = self._interpreter.get_tensor(index), self._scales[index]
        return values.astype(np.float32) * scales[:, None] if len(scales) else values

    def maker(self, index: int) -> Step:
        """The operation that gives this tensor; one without a kind for what is given from outside."""
        return next((one for one in self.steps if one.gives == index), Step("", [], -1))

    def reader(self, index: int, kind: str) -> Step:
        """The operation of that kind that reads this tensor. Raises: StopIteration if none does."""
        return next(one for one in self.steps if one.kind == kind and index in one.given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="NAME.tflite, with NAME.json beside it")
    parser.add_argument("out", type=Path, help="folder that Model reads")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(wanted.file.with_suffix(".json"), wanted.out / "tokenizer.json")
    file = File(wanted.file)
    state, move = read_state(file)
    write_config(file, state, wanted.out)
    torch.save(state, wanted.out / "bert.pt")
    if move:
        torch.save(move, wanted.out / "move.pt")
    Model(wanted.out)


def read_state(file: File) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What a BertModel calls these numbers, and the move to the shared space (empty for a model that lies there)."""
    plain = [file.reader(step.gives, "MUL").gives for step in file.steps if step.kind == "RSQRT"]
    norms = [read_norm(file, index) for index in plain]
    products = [read_product(file, step) for step in file.steps if step.kind == "FULLY_CONNECTED"]
    layers, left = divmod(len(products), len(PRODUCTS))
    heads = count_heads(file)
    state = read_words(file) | named("embeddings.LayerNorm", *norms[0])
    for place in range(layers):
        own = dict(zip(PRODUCTS, products[place * len(PRODUCTS) :], strict=False))
        state |= name_layer(f"encoder.layer.{place}", heads, own, norms[1 + 2 * place : 3 + 2 * place])
    return state, read_move(file, products[-1]) if left else {}


def read_words(file: File) -> dict[str, torch.Tensor]:
    """The vectors of pieces and places. The type of a sentence is in the places already."""
    first = [step for step in file.steps if step.kind == "GATHER"]
    whole, steps = (file.constant(one.given[0]) for one in first)
    unit = next(file.constant(one.given[1]) for one in file.steps if one.kind == "MUL")
    slices = [one.given[0] for one in file.steps if one.kind == "STRIDED_SLICE"]
    places = file.constant(next(index for index in slices if len(file.shapes[index]) == 2))
    return {
        "embeddings.word_embeddings.weight": torch.from_numpy(steps.astype(np.float32) * (whole * unit)).float(),
        "embeddings.position_embeddings.weight": torch.from_numpy(places.copy()),
        "embeddings.token_type_embeddings.weight": torch.zeros(1, places.shape[1]),
    }


def read_norm(file: File, plain: int) -> tuple[Floats, Floats]:
    """Factor and shift of a normalisation, found by its tensor before both."""
    factor = file.reader(plain, "MUL")
    shift = file.reader(factor.gives, "ADD")
    return file.constant(factor.given[1]), file.constant(shift.given[1])


def read_product(file: File, step: Step) -> tuple[Floats, Floats]:
    """Weight, (out, in), and bias of a layer as it reads the states themselves."""
    weight, bias = file.constant(step.given[1]), file.constant(step.given[2])
    before = file.maker(step.given[0])
    if before.kind == "MINIMUM":
        return weight * file.constant(file.maker(before.given[0]).given[1]), bias
    if before.kind == "MUL" and file.maker(before.given[1]).kind == "RSQRT":
        factor, shift = read_norm(file, step.given[0])
        return weight / factor, bias - (weight / factor) @ shift
    return weight, bias


def read_move(file: File, product: tuple[Floats, Floats]) -> dict[str, torch.Tensor]:
    """The last layer; a file may take a mean away before it."""
    weight, bias = product
    apart = next((step for step in reversed(file.steps) if step.kind == "SUB"), None)
    if apart and file.maker(apart.given[0]).kind == "L2_NORMALIZATION":
        bias = bias - weight @ file.constant(apart.given[1])
    return {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}


def name_layer(name: str, heads: int, own: dict[str, Any], norms: list[Any]) -> dict[str, torch.Tensor]:
    weight, bias = own["asked"]
    parts = zip(("query", "key", "value"), np.split(weight, 3), np.split(bias, 3), strict=True)
    state: dict[str, torch.Tensor] = {}
    for part, rows, shifts in parts:
        # The query is divided by what attention divides its scores by (export.py).
        share = math.sqrt(len(rows) / heads) if part == "query" else 1.0
        state |= named(f"{name}.attention.self.{part}", rows * share, shifts * share)
    return (
        state
        | named(f"{name}.attention.output.dense", *own["out"])
        | named(f"{name}.attention.output.LayerNorm", *norms[0])
        | named(f"{name}.intermediate.dense", *own["inner"])
        | named(f"{name}.output.dense", *own["outer"])
        | named(f"{name}.output.LayerNorm", *norms[1])
    )


def named(name: str, weight: Floats, bias: Floats) -> dict[str, torch.Tensor]:
    return {
        f"{name}.weight": torch.from_numpy(np.ascontiguousarray(weight, dtype=np.float32)),
        f"{name}.bias": torch.from_numpy(np.ascontiguousarray(bias, dtype=np.float32)),
    }


def write_config(file: File, state: dict[str, torch.Tensor], out: Path) -> None:
    """The sizes of a BertModel that holds these numbers."""
    words = state["embeddings.word_embeddings.weight"]
    layers = sum(name.endswith("intermediate.dense.bias") for name in state)
    BertConfig(
        vocab_size=len(words),
        hidden_size=words.shape[1],
        num_hidden_layers=layers,
        num_attention_heads=count_heads(file),
        intermediate_size=len(state["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(state["embeddings.position_embeddings.weight"]),
        type_vocab_size=1,
        layer_norm_eps=1e-12,
    ).to_json_file(out / "config.json")


def count_heads(file: File) -> int:
    """Query, key and value are one product, cut into the heads of all three."""
    for step in file.steps:
        if step.kind == "RESHAPE" and file.maker(step.given[0]).kind == "FULLY_CONNECTED":
            return int(file.constant(step.given[1])[1]) // 3
    raise ValueError("no layer with attention in this file")


if __name__ == "__main__":
    main()
