"""A sentence encoder as a module, and how to leave out of it what matters least.

A folder holds `bert.pt`, `tokenizer.json`, `config.json` and, for the model of all languages, `move.pt`;
sentence-transformers' own folder with `model.safetensors` is read too.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import torch
from parts import PART, encode_in_parts
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import Linear, functional
from transformers import BertConfig, BertModel

TOKENS_MAX = 64


class Model(torch.nn.Module):
    """Texts to unit vectors: the mean over the tokens, moved to the shared space if the folder says how."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.bert = BertModel(BertConfig(**config), add_pooling_layer=False)
        stored = folder / "bert.pt"
        state = torch.load(stored) if stored.exists() else load_file(folder / "model.safetensors")
        self.bert.load_state_dict(state, strict=False)
        self.move = _read_move(folder / "move.pt")

    def save(self, folder: Path) -> None:
        """What the constructor and `export.py` read."""
        folder.mkdir(parents=True, exist_ok=True)
        self.bert.config.to_json_file(folder / "config.json")
        self.tokenizer.save(str(folder / "tokenizer.json"))
        _write(self.bert.state_dict(), folder / "bert.pt")
        if self.move is not None:
            _write(self.move.state_dict(), folder / "move.pt")

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors, (len(texts), dim)."""
        cut = [self.tokenizer.encode(text).ids[:TOKENS_MAX] for text in texts]
        vectors = encode_in_parts(cut, self._encode)
        return vectors if self.move is None else functional.normalize(self.move(vectors), dim=-1)

    def _encode(self, cut: list[list[int]]) -> Tensor:
        # Few shapes: for each new one the matrix library compiles its kernels again, which takes longer than the step.
        longest = math.ceil(max(len(ids) for ids in cut) / 8) * 8
        filled = cut + [self.tokenizer.encode("").ids] * (PART - len(cut))
        mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in filled])
        ids = torch.tensor([one + [0] * (longest - len(one)) for one in filled])
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def _read_move(path: Path) -> Linear | None:
    if not path.exists():
        return None
    state = torch.load(path)
    move = Linear(*reversed(state["weight"].shape))
    move.load_state_dict(state)
    return move


def _write(state: object, path: Path) -> None:
    """Whole or not at all."""
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


@torch.no_grad()
def narrow(bert: BertModel, texts: Sequence[list[int]], kept: int) -> None:
    """Leaves `kept` inner numbers in each layer: those whose changes reach the output most. What the others are in the
    mean over `texts` (token ids) goes into the bias."""
    seen: list[list[Tensor]] = [[] for _ in bert.encoder.layer]
    hooks = [
        layer.intermediate.register_forward_hook(lambda _module, _given, out, own=own: own.append(out[0]))
        for layer, own in zip(bert.encoder.layer, seen, strict=True)
    ]
    for ids in texts:
        bert(input_ids=torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    for layer, own in zip(bert.encoder.layer, seen, strict=True):
        given, inner, outer = torch.cat(own), layer.intermediate.dense, layer.output.dense
        order = (given.var(0) * outer.weight.square().sum(0)).argsort(descending=True)
        stay, go = order[:kept].sort().values, order[kept:]
        outer.bias += outer.weight[:, go] @ given.mean(0)[go]
        outer.weight = torch.nn.Parameter(outer.weight[:, stay].clone())
        inner.weight, inner.bias = (torch.nn.Parameter(one[stay].clone()) for one in (inner.weight, inner.bias))
    bert.config.intermediate_size = kept


def choose_pieces(folder: Path) -> list[int]:
    """Rows of the pieces kept from that folder's vocabulary: plain letters, digits, signs; none of other scripts."""
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return [row for piece, row in sorted(vocabulary.items(), key=lambda one: one[1]) if _is_kept(piece)]


def write_tokenizer(source: Path, out: Path, rows: list[int]) -> None:
    """The tokenizer with those pieces alone, numbered anew in their order."""
    content = json.loads(source.read_text("utf-8"))
    pieces = {row: piece for piece, row in content["model"]["vocab"].items()}
    numbers = {pieces[row]: place for place, row in enumerate(rows)}
    content["model"]["vocab"] = numbers
    content["added_tokens"] = [one | {"id": numbers[one["content"]]} for one in content["added_tokens"]]
    for name, one in content["post_processor"]["special_tokens"].items():
        one["ids"] = [numbers[name]]
    content["truncation"] = content["padding"] = None
    out.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _is_kept(piece: str) -> bool:
    letters = piece.removeprefix("##")
    sign = len(letters) == 1 and unicodedata.category(letters)[0] in "SP"
    return sign or (piece.isascii() and not piece.startswith("[unused"))
