"""Our rule policy against Rasa's own, on every conversation that the project's rules know parts of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.rule_policy import StateRulePolicy

if TYPE_CHECKING:
    from rasa.core.agent import Agent

CONVERSATIONS = 150
FORM = "orders_status_form"


@pytest.fixture(scope="module")
def policies(agent: Agent) -> tuple[RulePolicy, StateRulePolicy]:
    """Rasa's and ours, with the rules of the same trained model."""
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    rasas = next(copy(node._component) for node in nodes if isinstance(node._component, RulePolicy))
    # Another test may have put ours in already.
    rasas.__class__ = RulePolicy
    return rasas, StateRulePolicy(rasas)


def test_it_predicts_what_rasa_predicts(agent: Agent, policies: tuple[RulePolicy, StateRulePolicy]) -> None:
    domain = agent.domain
    seen = set()
    for number in range(CONVERSATIONS):
        tracker = DialogueStateTracker.from_events(str(number), [], slots=domain.slots)
        for event in talk(domain.intents, domain.action_names_or_texts, random.Random(number)):
            tracker.update(event, domain)
            expected, got = (one.predict_action_probabilities(tracker, domain) for one in policies)
            assert got.probabilities == expected.probabilities, [str(one) for one in tracker.events]
            assert got.events == expected.events
            assert got.is_no_user_prediction == expected.is_no_user_prediction
            seen.add(domain.action_names_or_texts[expected.max_confidence_index])
    assert len(seen) >= 10, seen


def talk(intents: list[str], actions: list[str], chance: random.Random) -> Iterator[Event]:
    """A conversation of a few turns, sensible or not, inside a form and out of it."""
    yield ActionExecuted("action_session_start")
    for _ in range(chance.randint(1, 5)):
        yield ActionExecuted("action_listen")
        intent = chance.choice(intents)
        yield UserUttered("some words", {"name": intent, "confidence": 1.0}, [])
        if chance.random() < 0.3:
            form = chance.choice([FORM, None])
            yield ActiveLoop(form)
            yield SlotSet("requested_slot", "orders_number" if form else None)
        yield ActionExecuted(chance.choice(actions))
