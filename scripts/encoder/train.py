"""Teaches the encoder the shop's languages: `python scripts/encoder/train.py --help`.

One step looks at one mixed batch: lines of the same topic in all languages and writings, near topics together (they are
the hard ones); intents of CLINC150; dialogue turns in three languages; native lines beside their romanisation. Same
meaning is drawn together, everything else apart (supervised contrastive loss with several positives). English sentences
also learn the likeness that a large English model sees between them, so that other shops' topics stay well apart too.
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
from corpus import add_typos, by_group, choose_topics, own_group, read_labelled, read_parallel, read_shop
from parts import PART, encode_in_parts
from romanise import romanise
from torch import Tensor
from torch.nn import functional
from vocabulary import build_tokenizer, choose_pieces
from weights import build_bert, read_packed

TEMPERATURE = 0.06
TEACHER_TEMPERATURE = 0.06
DISTIL_WEIGHT = 1.0
LEARNING_RATE = 7e-5
WARM_UP = 50
MIMIC_WEIGHT = 2.0
TOPICS, LINES = 11, 4
INTENTS, EXAMPLES = 6, 3
TURNS = 4
ROMANISED = 8
ENGLISH = 48
TYPO_SHARE = 0.3
TOKENS_MAX = 64
PAD = 1


@dataclass
class Batch:
    """Texts of one step: `groups` (equal: same meaning), and which of them the teacher knows."""

    texts: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)

    def add(self, text: str, group: str, chance: random.Random) -> None:
        """`group` may stand for the text alone."""
        self.originals.append(text)
        noisy = add_typos(text, chance) if chance.random() < TYPO_SHARE else text
        self.texts.append(noisy)
        self.groups.append(group)


class Sampler:
    """Draws batches."""

    def __init__(self, public: Path, english: list[str], seed: int) -> None:
        self.chance = random.Random(seed)
        self.english = english
        self.shop = by_group(read_shop())
        self.intents = by_group(read_labelled(public / "clinc150.csv"))
        self.turns = read_parallel(public / "codemix_gu_ta.csv")
        self.names = sorted(self.shop)
        self.weights = [math.sqrt(sum(len(lines) for lines in self.shop[name].values())) for name in self.names]
        self.native = [
            (text, name)
            for name in self.names
            for language in ("gu", "ta")
            for text in self.shop[name].get(language, [])
            if sum(ord(char) > 0x900 for char in text) > len(text) / 2
        ]

    def draw(self) -> Batch:
        """One step's texts, about 140."""
        batch, chance = Batch(), self.chance
        for name in choose_topics(self.names, self.weights, TOPICS, chance):
            for language, count in self._choose_languages():
                lines = self.shop[name].get(language) or next(iter(self.shop[name].values()))
                for text in chance.sample(lines, min(count, len(lines))):
                    batch.add(text, own_group(name, text), chance)
        for name in chance.sample(sorted(self.intents), INTENTS):
            for text in chance.sample(self.intents[name]["en"], EXAMPLES):
                batch.add(text, own_group(f"clinc/{name}", text), chance)
        for row in chance.sample(self.turns, TURNS):
            for text in row:
                batch.add(text, f"turn/{row[0]}", chance)
        for text, name in chance.sample(self.native, ROMANISED):
            group = own_group(name, text)
            batch.add(text, group, chance)
            batch.add(romanise(text, chance), group, chance)
        for text in chance.sample(self.english, ENGLISH):
            batch.add(text, f"english/{text}", chance)
        return batch

    def _choose_languages(self) -> list[tuple[str, int]]:
        extra = self.chance.choice(("en", "gu", "ta"))
        counts = {"en": 1, "gu": 1, "ta": 1}
        counts[extra] += LINES - 3
        return list(counts.items())


class Student(torch.nn.Module):
    """The encoder being taught: token ids to unit vectors (mean over tokens)."""

    def __init__(self) -> None:
        super().__init__()
        packed = read_packed()
        kept = choose_pieces(packed)
        self.tokenizer = build_tokenizer(packed, kept)
        self.bert = build_bert(packed, kept)

    def load(self, folder: Path) -> None:
        """Takes over what `save` wrote."""
        self.bert.load_state_dict(torch.load(folder / "bert.pt"))

    def forward(self, texts: list[str]) -> Tensor:
        """Unit vectors, (len(texts), dim)."""
        cut = [self.tokenizer.encode(text).ids[:TOKENS_MAX] for text in texts]
        return encode_in_parts(cut, self._encode)

    def _encode(self, cut: list[list[int]]) -> Tensor:
        # Few shapes: for each new one the matrix library compiles its kernels again, which takes longer than the step.
        longest = math.ceil(max(len(ids) for ids in cut) / 8) * 8
        filled = cut + [[0, 2]] * (PART - len(cut))
        ids = torch.tensor([one + [PAD] * (longest - len(one)) for one in filled])
        mask = (ids != PAD).long()
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def contrast(vectors: Tensor, groups: list[str]) -> Tensor:
    """Supervised contrastive loss (Khosla et al. 2020, equation 2), over the texts that have a partner."""
    numbers = torch.tensor([{name: i for i, name in enumerate(dict.fromkeys(groups))}[group] for group in groups])
    itself = torch.eye(len(groups), dtype=torch.bool)
    same = (numbers[:, None] == numbers[None, :]) & ~itself
    logits = (vectors @ vectors.T / TEMPERATURE).masked_fill(itself, -1e9)
    shares = functional.log_softmax(logits, dim=1)
    partners = same.sum(1)
    loss = -(shares * same).sum(1)[partners > 0] / partners[partners > 0]
    return loss.mean()


def distil(vectors: Tensor, wanted: Tensor) -> Tensor:
    """How far the likeness among the texts is from the teacher's likeness among them (KL divergence by row)."""
    itself = torch.eye(len(vectors), dtype=torch.bool)
    own = functional.log_softmax((vectors @ vectors.T / TEMPERATURE).masked_fill(itself, -1e9), dim=1)
    target = functional.softmax((wanted @ wanted.T / TEACHER_TEMPERATURE).masked_fill(itself, -1e9), dim=1)
    return (functional.kl_div(own, target, reduction="none").masked_fill(itself, 0.0)).sum(1).mean()


def mimic(vectors: Tensor, wanted: Tensor, bridge: torch.nn.Linear) -> Tensor:
    """How far the texts' vectors, carried into the teacher's space, point away from its vectors (1 - cosine)."""
    return (1 - functional.cosine_similarity(bridge(vectors), wanted)).mean()


def teach(
    student: Student, sampler: Sampler, teacher: dict[str, np.ndarray], steps: int, minutes: float, out: Path
) -> None:
    """Runs `steps` steps or `minutes`, the learning rate falling to nothing over whichever ends first."""
    bridge = torch.nn.Linear(student.bert.config.hidden_size, len(next(iter(teacher.values()))), bias=False)
    optimiser = torch.optim.AdamW(
        [{"params": student.parameters(), "scale": 1.0}, {"params": bridge.parameters(), "scale": 20.0}],
        weight_decay=0.01,
    )
    begun, shown = time.monotonic(), [0.0, 0.0, 0.0]
    for step in range(steps):
        spent = max(step / steps, (time.monotonic() - begun) / 60 / minutes)
        if spent >= 1:
            break
        rate = LEARNING_RATE * min((step + 1) / WARM_UP, 1.0) * (0.5 + 0.5 * math.cos(math.pi * spent))
        for group in optimiser.param_groups:
            group["lr"] = rate * group["scale"]
        batch = sampler.draw()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = student(batch.texts)
        losses = [contrast(vectors, batch.groups)]
        known = [i for i, text in enumerate(batch.originals) if text in teacher]
        wanted = torch.from_numpy(np.stack([teacher[batch.originals[i]] for i in known]).astype(np.float32))
        losses += [distil(vectors[known], wanted), mimic(vectors[known], wanted, bridge)]
        loss = losses[0] + DISTIL_WEIGHT * losses[1] + MIMIC_WEIGHT * losses[2]
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        shown = [0.95 * old + 0.05 * float(new) for old, new in zip(shown, losses, strict=True)]
        if step % 25 == 0:
            scale = 1 - 0.95 ** (step + 1)
            losses_shown = " ".join(f"{one / scale:.3f}" for one in shown)
            print(f"{step} {time.monotonic() - begun:.0f}s loss {losses_shown}", flush=True)
        if step % 250 == 249:
            save(student, out)
    save(student, out)


def save(student: Student, out: Path) -> None:
    """What `model.py` reads."""
    out.mkdir(parents=True, exist_ok=True)
    student.bert.config.to_json_file(out / "config.json")
    torch.save(student.bert.state_dict(), out / "bert.pt.new")
    (out / "bert.pt.new").rename(out / "bert.pt")
    student.tokenizer.save(str(out / "tokenizer.json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, required=True, help="folder with clinc150.csv and codemix_gu_ta.csv")
    parser.add_argument("--teacher", type=Path, required=True, help="npz of English texts and their vectors")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="folder of an earlier run to go on from")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    torch.manual_seed(7)
    student = Student()
    if wanted.start:
        student.load(wanted.start)
    student.train()
    for module in student.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.05
    stored = np.load(wanted.teacher, allow_pickle=True)
    teacher = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    sampler = Sampler(wanted.public, sorted(teacher), wanted.seed)
    teach(student, sampler, teacher, wanted.steps, wanted.minutes, wanted.out)


if __name__ == "__main__":
    main()
