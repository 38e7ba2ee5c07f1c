"""Texts of like length go through a model together: padding would be half of the work."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

PART = 40


def encode_in_parts(cut: list[list[int]], encode: Callable[[list[list[int]]], Tensor]) -> Tensor:
    """One row for each of `cut` (token ids), in its order. `encode` takes up to PART of them and may give more rows."""
    order = sorted(range(len(cut)), key=lambda i: len(cut[i]))
    parts = [order[at : at + PART] for at in range(0, len(order), PART)]
    rows = torch.cat([encode([cut[i] for i in part])[: len(part)] for part in parts])
    return rows[torch.argsort(torch.tensor(order))]
