"""Rasa's form, with its calls to the action server going through ours (`ServerAction`): quick, and failing honestly."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import action_for_name_or_text
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.constants import UTTER_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.action_client import ServerAction


class ServerForm(FormAction):
    """A form as Rasa runs it; only how its two helpers (validate, ask) are called differs."""

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """What `validate_<form>` makes of the candidates; nothing when the domain has no such action."""
        name = f"validate_{self.name()}"
        if name not in domain.action_names_or_texts:
            return []
        candidates = [SlotSet(slot, value) for slot, value in slot_candidates.items()]
        seen = self._temporary_tracker(tracker, candidates, domain)
        events: list[Event] = await ServerAction(name, self.action_endpoint).run(output_channel, nlg, seen, domain)
        return events

    async def _ask_for_slot(
        self,
        domain: Domain,
        nlg: NaturalLanguageGenerator,
        output_channel: OutputChannel,
        slot_name: str,
        tracker: DialogueStateTracker,
    ) -> list[Event]:
        name = self._name_of_utterance(domain, slot_name)
        if name is None:
            return []
        if name.startswith(UTTER_PREFIX):
            action = action_for_name_or_text(name, domain, self.action_endpoint)
        else:
            action = ServerAction(name, self.action_endpoint)
        events: list[Event] = await action.run(output_channel, nlg, tracker, domain)
        return events
