"""Serves two wishes said in one message: first the one, then the other, in one turn. Called by `turns`.

Where a message may be cut is `bot.nlu.wishes`; here the parts go through the pipeline, and what is said to them becomes
one answer. A second wish that would push an open form aside waits until the form has done its work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from rasa.shared.core.events import ActiveLoop, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.protocol import Alternative, Json, Reply, TurnRecord
from bot.dialogue.wire import parse_alternative
from bot.language.normalise import normalise
from bot.nlu.understanding import ORDER_ROUTES
from bot.nlu.wishes import NEVER_APART, Cut, are_two_wishes, doubt_about, find_cuts, is_wish, only_leads_up

# On the message that was cut: what is still to be served. Kept in the tracker like the message itself.
LATER = "later"
# What the second wish takes over from the first when it names none itself ("cancel TT-10432 and refund it").
SHARED_ENTITIES = ("order",)
# Wishes that end an open form (data/rules/orders.yml).
LEAVE_THE_FORM = frozenset({*ORDER_ROUTES, "privacy_request"})
Understand = Callable[[str], Json]


def cut(text: str, whole: Json, understand: Understand) -> tuple[Json, Json] | None:
    """The parse data of both wishes, or None for a message of one wish.

    whole: its parse data; who wants a person, or complains, gets one answer. understand: text to parse data; called for
    the parts only, and only where the words allow a cut.
    """
    gate = _gate(whole)
    if gate.get("route") in NEVER_APART and gate.get("decision") == "answer":
        return None
    for place in find_cuts(normalise(text), doubt_about(gate)):
        one = understand(place.first)
        if not is_wish(_gate(one), gate, place):
            continue
        other = understand(place.second)
        if are_two_wishes(_gate(one), _gate(other), gate, place):
            if _leads_up(one, other, whole, place):
                return None
            return _answered(one, whole), _answered(_share(one, other), whole)
    return None


def waits_for_form(parsed: Json, tracker: DialogueStateTracker) -> bool:
    """Whether this wish would leave the form that the first one has opened."""
    return tracker.active_loop_name is not None and (parsed.get("intent") or {}).get("name") in LEAVE_THE_FORM


def find_later(tracker: DialogueStateTracker) -> Json | None:
    """The wish that waits for the form that is open; None if there is none."""
    for event in _since_form_opened(tracker):
        if isinstance(event, UserUttered) and event.metadata.get(LATER):
            later: Json = event.metadata[LATER]
            return later
    return None


def join_replies(first: Sequence[Reply], second: Sequence[Reply]) -> tuple[Reply, ...]:
    """All bubbles in order. What is said again at the end, and the question whether it helped, is not said twice."""
    texts = {reply.text for reply in second}
    payloads = {button.payload for reply in second for button in reply.buttons}
    kept = []
    for reply in first:
        if reply.text in texts and not reply.cards:
            continue
        buttons = tuple(one for one in reply.buttons if one.kind != "feedback" and one.payload not in payloads)
        kept.append(dataclasses.replace(reply, buttons=buttons))
    return (*kept, *second)


def join_records(first: TurnRecord, second: TurnRecord) -> TurnRecord:
    """The first wish's record with the second under `also`; a hand-off by the second one counts for the turn."""
    also = Alternative(second.route or "", second.topic, second.confidence)
    ms = {name: round(first.ms.get(name, 0.0) + second.ms.get(name, 0.0), 2) for name in {**first.ms, **second.ms}}
    record = dataclasses.replace(first, also=(also,), ms=ms)
    if second.decision != "hand_off":
        return record
    return dataclasses.replace(record, decision="hand_off", reason=second.reason, summary=second.summary)


def note_later(record: TurnRecord, later: Json) -> TurnRecord:
    """The record of a turn whose second wish waits."""
    return dataclasses.replace(record, also=(parse_alternative(later.get("gate") or {}),))


def _gate(parsed: Json) -> Json:
    return parsed.get("gate") or {}


def _answered(parsed: Json, whole: Json) -> Json:
    """The parse data of a part that is a wish: never asked back about, its other half says enough. All words together
    say best which language they are in."""
    gate = _gate(parsed)
    intent = {"name": gate.get("route"), "confidence": gate.get("confidence")}
    said = {"intent": intent, "gate": {**gate, "decision": "answer", "reason": None}}
    return {**parsed, **said, **({"language": whole["language"]} if "language" in whole else {})}


def _leads_up(one: Json, other: Json, whole: Json, place: Cut) -> bool:
    """Whether the first part is the reason for the second; a question, or what is said of an order by its number, is a
    wish."""
    if place.first_asks or any(entity.get("entity") == "order" for entity in one.get("entities") or ()):
        return False
    ranking = {str(found.get("name")): float(found["confidence"]) for found in whole.get("intent_ranking") or ()}
    return only_leads_up(one.get("gate") or {}, other.get("gate") or {}, whole.get("gate") or {}, ranking)


def _share(first: Json, second: Json) -> Json:
    """The second wish with the order it is about: its own, or the first one's.

    A question about the shop's rules is about none: a form that the first wish opened would take the number for its
    answer, and the question would go unanswered.
    """
    entities = [*(second.get("entities") or ())]
    if _gate(second).get("route") not in ORDER_ROUTES:
        return {**second, "entities": [one for one in entities if one.get("entity") not in SHARED_ENTITIES]}
    named = {one.get("entity") for one in entities}
    lent = [
        {**one, "start": 0, "end": 0}
        for one in first.get("entities") or ()
        if one.get("entity") in SHARED_ENTITIES and one["entity"] not in named
    ]
    return {**second, "entities": [*entities, *lent]}


def _since_form_opened(tracker: DialogueStateTracker) -> Iterator[object]:
    """Events from the newest back to the message that opened the form."""
    opened = False
    for event in reversed(tracker.events):
        yield event
        opened = opened or (isinstance(event, ActiveLoop) and event.name is not None)
        if opened and isinstance(event, UserUttered):
            return
