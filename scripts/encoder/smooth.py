"""Makes a taught encoder bear 8 bits: what stands out in its activations is moved into the weights that read them.

One scale stands for all numbers that a layer is given, so a few large ones (after GELU above all) leave the others a
handful of steps. Each input channel is divided by a factor and its column of weights multiplied by it: the same result,
evener numbers (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438). Cosine of the 8-bit vectors to the exact ones on 300
shop texts: 0.9907 without, 0.9979 with SHARE 0.7 (0.65: 0.9975, 0.85: 0.9977); routing of our own 1,350 cases 93.6 %
without, 94.2 % with, 94.2 % with exact weights. Costs 0.25 ms a message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import Linear, Module

# Of the unevenness, how much is moved into the weights.
SHARE = 0.7
_SMALLEST = 1e-4
Run = Callable[[Module], None]


class Scaled(Module):
    """A linear layer whose input is evened out first."""

    def __init__(self, linear: Linear, factor: Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.register_buffer("inverse", 1 / factor)

    def forward(self, states: Tensor) -> Tensor:
        result: Tensor = self.linear(states * self.inverse)
        return result


@torch.no_grad()
def smooth(bert: Any, run: Run) -> None:
    """Changes a BertModel in place. `run` passes a few hundred texts through it."""
    largest = watch(bert, run)
    for layer in bert.encoder.layer:
        attention, own = layer.attention, layer.attention.self
        out = attention.output.dense
        factor = find_factor(largest[out], [out])
        # What attention passes on is a mean of its values, so these take the factor themselves.
        own.value.weight /= factor[:, None]
        own.value.bias /= factor
        out.weight *= factor
        factor = find_factor(largest[own.query], [own.query, own.key, own.value])
        own.query, own.key, own.value = (even(one, factor) for one in (own.query, own.key, own.value))
        for part in (layer.intermediate, layer.output):
            part.dense = even(part.dense, find_factor(largest[part.dense], [part.dense]))


def watch(bert: Any, run: Run) -> dict[Module, Tensor]:
    """The largest magnitude that each linear layer was given, by input channel."""
    largest: dict[Module, Tensor] = {}

    def note(module: Module, given: tuple[Tensor, ...], _: Tensor) -> None:
        seen = given[0].abs().flatten(0, -2).amax(0)
        largest[module] = torch.maximum(largest[module], seen) if module in largest else seen

    hooks = [one.register_forward_hook(note) for one in bert.encoder.modules() if isinstance(one, Linear)]
    run(bert)
    for hook in hooks:
        hook.remove()
    return largest


def find_factor(largest: Tensor, readers: Sequence[Linear]) -> Tensor:
    """By what each input channel is divided; its geometric mean is 1."""
    weights = torch.stack([one.weight.abs().amax(0) for one in readers]).amax(0)
    factor = largest.clamp(min=_SMALLEST) ** SHARE / weights.clamp(min=_SMALLEST) ** (1 - SHARE)
    return factor / factor.log().mean().exp()


def even(linear: Linear, factor: Tensor) -> Scaled:
    """The layer with the factor in its weights."""
    linear.weight *= factor
    return Scaled(linear, factor)
