"""Nothing lost, nothing doubled, in order: one judgement over everything that was seen, used by all crash tests.

The evidence comes from three sides that do not know each other: the visitors' own ledger, the rows, and Rasa's ledger.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Evidence:
    """Per visitor (by session hash): what was acknowledged in order, what Rasa ran in order, what came to the page.

    `acked`, `ran`: texts. `inbound`: texts by row id. `outbound`: (row id, text, delivery, maybe_repeated) by row id.
    `received`: row ids as frames came, repeats included. `page`: texts of others than the visitor on the page at last.
    """

    acked: dict[str, list[str]] = field(default_factory=dict)
    inbound: dict[str, list[str]] = field(default_factory=dict)
    ran: dict[str, list[str]] = field(default_factory=dict)
    outbound: dict[str, list[tuple[int, str, str, bool]]] = field(default_factory=dict)
    received: dict[str, list[int]] = field(default_factory=dict)
    page: dict[str, list[str]] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)


def find_faults(evidence: Evidence) -> list[str]:
    """Every broken promise, in words; empty if all were kept."""
    faults = [f"left unfinished: {what}" for what in evidence.unfinished]
    for who, acked in evidence.acked.items():
        faults += [f"{who}: {fault}" for fault in _judge(evidence, who, acked)]
    return faults


def _judge(evidence: Evidence, who: str, acked: list[str]) -> list[str]:
    faults = []
    if evidence.inbound.get(who, []) != acked:
        faults.append(f"rows {evidence.inbound.get(who)} are not the acknowledged {acked}")
    ran = evidence.ran.get(who, [])
    if [line for text in ran for line in text.split("\n")] != acked:
        faults.append(f"Rasa ran {ran} for {acked}")
    outbound = evidence.outbound.get(who, [])
    answers = [f"about: {text}" for text in ran]
    if [text for _, text, _, _ in outbound] != answers:
        faults.append(f"answers {[text for _, text, _, _ in outbound]} are not {answers}")
    if any(delivery not in ("sent", "read") for _, _, delivery, _ in outbound):
        faults.append("an answer was not sent")
    repeated = {key for key, count in Counter(evidence.received.get(who, [])).items() if count > 1}
    unmarked = repeated - {key for key, _, _, marked in outbound if marked}
    if unmarked:
        faults.append(f"repeated without a mark: {unmarked}")
    if evidence.page.get(who, []) != answers:
        faults.append(f"the page shows {evidence.page.get(who)}")
    return faults
