"""Rasa's RulePolicy without the work that it repeats for every message; `graph` puts it in.

Same predictions (tests/bot/dialogue/test_rule_policy.py compares them). Which rules apply depends on the states alone,
and conversations go through the same few hundred of them.
"""

from __future__ import annotations

import json
from functools import cached_property

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT

STATES_KEPT = 2000


class StateRulePolicy(RulePolicy):
    """Made from a loaded policy: training, which still takes rules away, is Rasa's own."""

    def __init__(self, loaded: RulePolicy) -> None:
        self.__dict__.update(loaded.__dict__)
        self._applicable: dict[tuple[int, str], frozenset[str]] = {}

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        # Rasa asks first what follows from the words themselves; rules of intents say nothing of that. In a loop the
        # answer also tells whether it was interrupted.
        if use_text_for_last_user_input and tracker.active_loop_name is None and not self._rules_read_texts:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        known = (id(lookup), json.dumps(states, default=list, sort_keys=True))
        if known not in self._applicable:
            if len(self._applicable) >= STATES_KEPT:
                self._applicable.clear()
            self._applicable[known] = frozenset(super()._get_possible_keys(lookup, states))
        return set(self._applicable[known])

    @cached_property
    def _rules_read_texts(self) -> bool:
        states = (state for key in self.lookup[RULES] for state in self._rule_key_to_state(key))
        return any(TEXT in (state.get(USER) or {}) for state in states)
