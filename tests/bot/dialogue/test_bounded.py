"""Trimming a conversation changes neither its state nor what the rules say next."""

from __future__ import annotations

import functools
import random

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.bounded import bounded_events, read_events, session_start, write_events

pytestmark = pytest.mark.filterwarnings("ignore")

DOMAIN = """
    intents: [faq, order_status]
    slots:
      orders_number: {type: any, mappings: [{type: custom}], influence_conversation: false}
      unanswered_turns: {type: any, initial_value: 0, mappings: [{type: custom}], influence_conversation: false}
    forms: {orders_status_form: {required_slots: [orders_number]}}
    actions: [action_answer_faq]
"""


@functools.cache
def slots() -> list[Slot]:
    return list(Domain.from_yaml(DOMAIN).slots)


def faq_turn(number: int) -> list[Event]:
    return [
        UserUttered(
            f"question {number}", {"name": "faq"}, parse_data={"intent": {"name": "faq"}, "text_tokens": [1] * 50}
        ),
        ActionExecuted("action_answer_faq"),
        BotUttered("answer", data={"buttons": [{"title": "x" * 500}]}, metadata={"turn": {"route": "faq"}}),
        SlotSet("unanswered_turns", number % 3),
        ActionExecuted("action_listen"),
    ]


def form_turn() -> list[Event]:
    form = [
        ActionExecuted("orders_status_form"),
        ActiveLoop("orders_status_form"),
        SlotSet("requested_slot", "orders_number"),
    ]
    return [UserUttered("where is it", {"name": "order_status"}), *form, ActionExecuted("action_listen")]


def leave_turn() -> list[Event]:
    leave = [ActionExecuted("action_deactivate_loop"), ActiveLoop(None), SlotSet("requested_slot", None)]
    return [UserUttered("no", {"name": "deny"}), *leave, ActionExecuted("action_listen")]


def tracker(events: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", events, slots=slots())


def state(of: DialogueStateTracker) -> tuple[object, ...]:
    return of.current_slot_values(), of.active_loop_name, of.latest_action_name, of.is_active_loop_rejected


@pytest.mark.parametrize("seed", range(20))
def test_the_state_is_kept_through_any_conversation(seed: int) -> None:
    choose = random.Random(seed)
    start = [*session_start(), ActionExecuted("action_listen")]
    whole, bounded = list(start), list(start)
    for number in range(25):
        turn = choose.choice([faq_turn(number), form_turn(), leave_turn()])
        whole += turn
        bounded = read_events(write_events(bounded_events(tracker(bounded + turn), slots())))
        assert state(tracker(bounded)) == state(tracker(whole))


def test_a_conversation_never_outgrows_its_bound() -> None:
    events = [*session_start(), ActionExecuted("action_listen")]
    sizes = []
    for number in range(200):
        events = bounded_events(tracker(events + faq_turn(number % 3)), slots())
        sizes.append(len(write_events(events)))
    assert max(sizes[20:]) < max(sizes[:20]) + 50
    assert max(sizes) < 6000


def test_the_last_turns_stay_word_by_word() -> None:
    events = [*session_start(), ActionExecuted("action_listen")]
    for number in range(10):
        events += faq_turn(number)
    kept = [event.text for event in bounded_events(tracker(events), slots()) if isinstance(event, UserUttered)]
    assert kept == ["question 8", "question 9"]
