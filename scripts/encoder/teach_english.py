"""Teaches the English model the shop's topics: `python scripts/encoder/teach_english.py --help`.

It starts as all-MiniLM-L6-v2 and stays like it on foreign English; on the shop's own English it is drawn towards what
the model of all languages says, and lines of one topic are drawn together, also to those in other languages, which
stand still (supervised contrastive loss). So both models put the same meaning to the same place.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from corpus import add_typos, by_group, choose_topics, own_group, read_labelled, read_shop, write_as_asked
from model import Model, narrow
from space import Targets, read_targets, to_length_one
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.06
LEARNING_RATE = 6e-5
WARM_UP = 50
DROPOUT = 0.05
# How much likeness to the wanted vectors counts beside the topics, and in those the other model beside MiniLM.
LIKENESS_WEIGHT, TOPICS_WEIGHT, OTHER_SHARE = 10.0, 0.6, 1.5
TOPICS, LINES, STANDING = 12, 5, 4
INTENTS, EXAMPLES = 6, 3
FOREIGN = 72
TYPO_SHARE = 0.3
# Texts that show which inner numbers matter.
SHOWN = 1500


@dataclass
class Batch:
    """Texts with their groups (equal: same meaning), and what stands still."""

    texts: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    standing: list[np.ndarray] = field(default_factory=list)
    standing_groups: list[str] = field(default_factory=list)


class Sampler:
    """Draws batches."""

    def __init__(self, public: Path, targets: Targets, seed: int) -> None:
        self.chance = random.Random(seed)
        self.targets = targets
        groups = by_group(read_shop())
        self.english = {name: _known(lines.get("en", []), targets.english) for name, lines in groups.items()}
        self.others = {
            name: _known([text for code, texts in lines.items() if code != "en" for text in texts], targets.moved)
            for name, lines in groups.items()
        }
        self.own = {text for texts in self.english.values() for text in texts}
        self.names = sorted(name for name, texts in self.english.items() if texts)
        self.weights = [math.sqrt(len(self.english[name])) for name in self.names]
        intents = by_group(read_labelled(public / "clinc150.csv"))
        self.intents = {name: _known(lines["en"], targets.english) for name, lines in intents.items()}
        self.foreign = sorted(set(targets.english) - self.own)

    def draw(self) -> Batch:
        """One step's texts, about 150."""
        batch, chance = Batch(), self.chance
        for name in choose_topics(self.names, self.weights, TOPICS, chance):
            for text in chance.sample(self.english[name], min(LINES, len(self.english[name]))):
                batch.texts.append(text)
                batch.groups.append(own_group(name, text))
            for text in chance.sample(self.others[name], min(STANDING, len(self.others[name]))):
                batch.standing.append(self.targets.moved[text])
                batch.standing_groups.append(own_group(name, text))
        for name in chance.sample(sorted(self.intents), INTENTS):
            batch.texts += chance.sample(self.intents[name], EXAMPLES)
            batch.groups += [f"intent/{name}"] * EXAMPLES
        batch.texts += (foreign := chance.sample(self.foreign, FOREIGN))
        batch.groups += [f"foreign/{text}" for text in foreign]
        return batch

    def wanted(self, text: str) -> np.ndarray:
        """Where the text's vector shall be."""
        vector = self.targets.english[text]
        if text in self.own and text in self.targets.moved:
            return to_length_one(vector + OTHER_SHARE * self.targets.moved[text])
        return vector


def _known(texts: list[str], vectors: object) -> list[str]:
    return [one for one in map(write_as_asked, texts) if one in vectors]  # type: ignore[operator]


def contrast(vectors: Tensor, batch: Batch) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020, equation 2) of the moving vectors beside all."""
    names = batch.groups + batch.standing_groups
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    numbers, count = torch.tensor([place[name] for name in names]), len(vectors)
    beside = torch.cat([vectors, torch.from_numpy(np.stack(batch.standing).astype(np.float32))])
    itself = torch.eye(count, len(names), dtype=torch.bool)
    same = (numbers[:count, None] == numbers[None, :]) & ~itself
    shares = functional.log_softmax((vectors @ beside.T / TEMPERATURE).masked_fill(itself, -1e9), dim=1)
    partners = same.sum(1)
    return (-(shares * same).sum(1)[partners > 0] / partners[partners > 0]).mean()


def teach(model: Model, sampler: Sampler, minutes: float, out: Path) -> None:
    """Runs for so many minutes, the learning rate falling to nothing."""
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    begun, step = time.monotonic(), 0
    while (spent := (time.monotonic() - begun) / 60 / minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min((step + 1) / WARM_UP, 1.0) * (0.5 + 0.5 * math.cos(math.pi * spent))
        batch, chance = sampler.draw(), sampler.chance
        noisy = [add_typos(text, chance) if chance.random() < TYPO_SHARE else text for text in batch.texts]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = model(noisy)
        wanted = torch.from_numpy(np.stack([sampler.wanted(text) for text in batch.texts]))
        apart, topics = (1 - (vectors * wanted).sum(1)).mean(), contrast(vectors, batch)
        optimiser.zero_grad()
        (LIKENESS_WEIGHT * apart + TOPICS_WEIGHT * topics).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(f"{step} {spent:.2f} apart {apart.item():.3f} topics {topics.item():.3f}", flush=True)
            model.save(out)
    model.save(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, required=True, help="folder of all-MiniLM-L6-v2, or of an earlier run")
    parser.add_argument("--targets", type=Path, required=True, help="what targets.py wrote")
    parser.add_argument("--public", type=Path, required=True, help="folder with clinc150.csv")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--inner", type=int, help="leave so many inner numbers in each layer first")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    torch.manual_seed(wanted.seed)
    sampler = Sampler(wanted.public, read_targets(wanted.targets), wanted.seed)
    model = Model(wanted.start).eval()
    if wanted.inner:
        texts = sampler.chance.sample(sorted(sampler.targets.english), SHOWN)
        narrow(model.bert, [model.tokenizer.encode(text).ids for text in texts], wanted.inner)
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = DROPOUT
    teach(model, sampler, wanted.minutes, wanted.out)


if __name__ == "__main__":
    main()
