"""Writes the taught encoder as one int8 ONNX file beside its tokenizer: `python scripts/encoder/export.py RUN OUT`.

Matrix weights become 8-bit (a scale per output), activations are quantised as they come, word vectors are stored in
8 bits with a scale per piece. The graph (`graph.py`) takes the token ids of one text and gives its unit vector. Needs
`onnx` beside the project's environment; running the file needs `onnxruntime` alone.
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
from graph import Vector
from onnxruntime.quantization import QuantType, quantize_dynamic
from smooth import smooth
from tokenizers import Tokenizer
from train import PAD, TOKENS_MAX, Student

# So many texts show how large the numbers inside become.
SHOWN = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder that train.py wrote")
    parser.add_argument("out", type=Path)
    wanted = parser.parse_args()
    student = Student()
    student.load(wanted.run)
    smooth(student.bert.eval(), lambda bert: show(bert, Tokenizer.from_file(str(wanted.run / "tokenizer.json"))))
    wanted.out.mkdir(parents=True, exist_ok=True)
    full = wanted.run / "full.onnx"
    torch.onnx.export(
        Vector(student.bert).eval(),
        (torch.ones((1, 8), dtype=torch.int64),),
        str(full),
        input_names=["input_ids"],
        output_names=["vector"],
        dynamic_axes={"input_ids": {1: "tokens"}},
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
