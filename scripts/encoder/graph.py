"""The taught encoder as `export.py` writes it: the same numbers as BertModel gives for one text, with fewer steps.

A third of what a short text costs is steps between the products. So there is no mask (one text at a time has nothing to
hide), query, key and value are one product, since all three read the same states, and every shape is a constant.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from smooth import Scaled
from torch import Tensor
from torch.nn import Linear, Module, ModuleList, functional


class Vector(Module):
    """Token ids of one text, (1, tokens), to a unit vector, (1, dim): the mean over the tokens."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        given = bert.embeddings
        self.words, self.norm = given.word_embeddings, given.LayerNorm
        # One sentence has one type of token.
        self.places = torch.nn.Parameter(given.position_embeddings.weight + given.token_type_embeddings.weight[0])
        self.layers = ModuleList(Layer(one, bert.config.num_attention_heads) for one in bert.encoder.layer)

    def forward(self, input_ids: Tensor) -> Tensor:
        states = self.norm(self.words(input_ids) + self.places[: input_ids.shape[1]])
        for layer in self.layers:
            states = layer(states)
        return functional.normalize(states.mean(1), dim=-1)


class Layer(Module):
    """One layer of a BertModel, evened out (`smooth.py`) or not. States: (1, tokens, dim)."""

    def __init__(self, given: Any, heads: int) -> None:
        super().__init__()
        own = given.attention.self
        self.heads, self.dim = heads, len(given.output.LayerNorm.weight)
        self.asked = join(own.query, own.key, own.value, self.dim // heads)
        self.out, self.out_norm = given.attention.output.dense, given.attention.output.LayerNorm
        self.inner, self.outer, self.norm = given.intermediate.dense, given.output.dense, given.output.LayerNorm

    def forward(self, states: Tensor) -> Tensor:
        split = self.asked(states).reshape(1, -1, 3 * self.heads, self.dim // self.heads).transpose(1, 2)
        query, key, value = split.split(self.heads, 1)
        heard = (torch.softmax(query @ key.transpose(-1, -2), -1) @ value).transpose(1, 2).reshape(1, -1, self.dim)
        states = self.out_norm(states + self.out(heard))
        result: Tensor = self.norm(states + self.outer(functional.gelu(self.inner(states))))
        return result


@torch.no_grad()
def join(query: Module, key: Module, value: Module, dim_of_head: int) -> Module:
    """One layer that gives query, key and value side by side. By what attention divides its scores, the query is."""
    parts = [one.linear if isinstance(one, Scaled) else one for one in (query, key, value)]
    shares = (1 / math.sqrt(dim_of_head), 1.0, 1.0)
    weight = torch.cat([one.weight * share for one, share in zip(parts, shares, strict=True)])
    joined = Linear(weight.shape[1], weight.shape[0])
    joined.weight.copy_(weight)
    joined.bias.copy_(torch.cat([one.bias * share for one, share in zip(parts, shares, strict=True)]))
    return Scaled(joined, 1 / query.inverse) if isinstance(query, Scaled) else joined
