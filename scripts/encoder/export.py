"""Writes the taught encoder as one int8 ONNX file beside its tokenizer: `python scripts/encoder/export.py RUN OUT`.

Matrix weights become 8-bit (a scale per output), activations are quantised as they come, word vectors are stored in
8 bits with a scale per piece. The graph takes `input_ids` of any number of rows and `attention_mask`, and gives unit
vectors. Needs `onnx` beside the project's environment; running the file needs `onnxruntime` alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
from pathlib import Path

import torch
from corpus import read_shop
from onnxruntime.quantization import QuantType, quantize_dynamic
from smooth import smooth
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from train import PAD, TOKENS_MAX, Student

# So many texts show how large the numbers inside become.
SHOWN = 400


class Vectors(torch.nn.Module):
    """Token ids and mask to unit vectors: the mean over the tokens."""

    def __init__(self, bert: torch.nn.Module) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder that train.py wrote")
    parser.add_argument("out", type=Path)
    wanted = parser.parse_args()
    student = Student()
    student.bert.load_state_dict(torch.load(wanted.run / "bert.pt"))
    student.bert.config._attn_implementation = "eager"
    smooth(student.bert.eval(), lambda bert: show(bert, Tokenizer.from_file(str(wanted.run / "tokenizer.json"))))
    wanted.out.mkdir(parents=True, exist_ok=True)
    full = wanted.run / "full.onnx"
    ids = torch.ones((2, 8), dtype=torch.int64)
    torch.onnx.export(
        Vectors(student.bert).eval(),
        (ids, torch.ones_like(ids)),
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask")}
        | {"vectors": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(full, wanted.out / "model.onnx", per_channel=True, weight_type=QuantType.QInt8)
    shutil.copy(wanted.run / "tokenizer.json", wanted.out / "tokenizer.json")
    write_card(wanted.out)
    print(f"{(wanted.out / 'model.onnx').stat().st_size / 2**20:.1f} MiB")


def show(bert: torch.nn.Module, tokenizer: Tokenizer) -> None:
    """Passes some of the shop's texts through the encoder."""
    texts = sorted({line.text for line in read_shop()})
    for text in random.Random(0).sample(texts, SHOWN):
        ids = torch.tensor([tokenizer.encode(text).ids[:TOKENS_MAX]])
        bert(input_ids=ids, attention_mask=(ids != PAD).long())


def write_card(folder: Path) -> None:
    """What `knowledge.onnx_model` tells this model from any other by."""
    total = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json"):
        total.update((folder / name).read_bytes())
    (folder / "encoder.json").write_text(json.dumps({"sha256": total.hexdigest()}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
