"""Keeps a conversation's events few: what was before the last turns becomes the state that they led to.

Rasa replays all events of a conversation for every message, so without a bound a message costs more the later it comes.
Rules look one turn back; slots and the open form are all that an older turn can still mean.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

KEEP_TURNS = 2
# Of an earlier message's parse data only what an action may still ask for.
_KEPT_PARSE_KEYS = ("intent", "entities", "text", "message_id", "language", "gate")


def session_start() -> list[Event]:
    """The events every conversation begins with."""
    return [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]


def bounded_events(tracker: DialogueStateTracker, slots: Iterable[Slot], keep_turns: int = KEEP_TURNS) -> list[Event]:
    """The events that stand for `tracker` from now on: the state before, then its last `keep_turns` turns.

    The same next actions are predicted from them as from the whole. Bot messages are reduced to their texts.
    """
    events = list(tracker.events)
    starts = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) > keep_turns:
        cut = starts[-keep_turns]
        events = _state_after(tracker.sender_id, events[:cut], list(slots)) + events[cut:]
    return [_slim(event) for event in events]


def write_events(events: list[Event]) -> str:
    """The events as text for `read_events`."""
    return json.dumps([event.as_dict() for event in events], ensure_ascii=False)


def read_events(text: str) -> list[Event]:
    """The events of a text by `write_events`. Rasa's own reader searches all event classes anew for every event."""
    return [_event(raw) for raw in json.loads(text)]


def _event(raw: dict[str, Any]) -> Event:
    kind = raw.pop("event")
    return _event_classes()[kind]._from_parameters(raw)


@functools.cache
def _event_classes() -> dict[str, type[Event]]:
    return {event_class.type_name: event_class for event_class in all_subclasses(Event)}


def _state_after(sender_id: str, events: list[Event], slots: list[Slot]) -> list[Event]:
    before = DialogueStateTracker.from_events(sender_id, events, slots=slots)
    initial = {slot.name: slot.initial_value for slot in slots}
    state = session_start()
    if before.active_loop_name:
        state += [ActionExecuted(before.active_loop_name), ActiveLoop(before.active_loop_name)]
    values = before.current_slot_values()
    state += [SlotSet(name, value) for name, value in values.items() if value != initial.get(name)]
    return [*state, ActionExecuted(ACTION_LISTEN_NAME)]


def _slim(event: Event) -> Event:
    if isinstance(event, BotUttered):
        return BotUttered(event.text, timestamp=event.timestamp)
    if isinstance(event, UserUttered):
        event.parse_data = {name: value for name, value in event.parse_data.items() if name in _KEPT_PARSE_KEYS}
    return event
