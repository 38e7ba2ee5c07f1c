"""What an action may know of the turn it answers, and what it gives back. Shared by all skills; knows none of them.

Skills subclass `SkillAction` and write `answer`, which is plain and may use the ORM: it runs in Django's thread.
Slots used here (domain/_shared.yml): unanswered_turns, last_answer, chosen_language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from asgiref.sync import sync_to_async
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions._buttons import person_button
from actions._repeats import count_said, remember, say_differently
from actions._speech import choose_language
from bot.language.languages import LATIN, load_languages

Json = dict[str, Any]
# Kept when everything else that was said is forgotten ("start over").
_OUTLIVES = frozenset({"chosen_language", "last_answer", "unanswered_turns", "session_started_metadata"})
# What is kept of an answer so that it can be given again.
_ANSWERED = ("action", "entities", "text", "topic", "message_id")


@dataclass(frozen=True)
class Turn:
    """One message as understood. `language` is that of the reply; `pressed` says it was a button."""

    text: str
    language: str
    script: str = ""
    conversation: str = ""
    contact: str = ""
    message_id: str = ""
    pressed: bool = False
    name: str = ""
    page_product: str = ""
    gate: Json = field(default_factory=dict)
    entities: tuple[Json, ...] = ()
    slots: Json = field(default_factory=dict)
    earlier_intents: tuple[str, ...] = ()
    chosen_language: str | None = None

    @property
    def romanised(self) -> bool:
        """Whether the customer typed a language in Latin letters that has letters of its own."""
        return not self.pressed and self.script == LATIN and load_languages()[self.language].romanised

    @property
    def last(self) -> Json:
        """What was answered last: action, entities, text, topic, offer."""
        value = self.slots.get("last_answer")
        return value if isinstance(value, dict) else {}

    def entity(self, name: str) -> str:
        """The first value of an entity, or an empty text."""
        return next(iter(self.all_of(name)), "")

    def all_of(self, name: str) -> list[str]:
        """All values of an entity, in the order of the message."""
        found = (one.get("value") for one in self.entities if one.get("entity") == name)
        return list(dict.fromkeys(str(value) for value in found if value not in (None, "")))

    @property
    def repeated(self) -> bool:
        """Whether an earlier answer is to be given again, in another language or after "go back"."""
        return self.pressed and not self.text.startswith("/")

    @property
    def in_form(self) -> bool:
        """Whether a form waits for something."""
        return bool(self.slots.get(REQUESTED_SLOT)) or self.in_task

    @property
    def in_task(self) -> bool:
        """Whether a wish about an order is under way over several turns."""
        return isinstance(self.slots.get("orders_task"), dict)

    def times_before(self, intent: str) -> int:
        """How often the customer wished this earlier in the conversation."""
        return self.earlier_intents.count(intent)


@dataclass(frozen=True)
class Reply:
    """One bubble; buttons are made by `actions._buttons`."""

    text: str
    buttons: list[Json] = field(default_factory=list)
    cards: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What an action gives back.

    `turn` corrects the turn's record. `offer` is what a bare "yes" or "no" would answer now. `repeatable` answers can
    be given again in another language. `unanswered` counts the turn as one without an answer. `action` is whose answer
    it is, where one action answers for another. `leaves_form` ends the form that is open. `last` is what was answered
    last from now on, where an earlier answer is given again. `meant` is the first reply before it was put differently.
    """

    replies: list[Reply]
    turn: Json = field(default_factory=dict)
    slots: Json = field(default_factory=dict)
    topic: str = ""
    offer: str = ""
    repeatable: bool = True
    unanswered: bool = False
    followup: str = ""
    action: str = ""
    leaves_form: bool = False
    last: Json | None = None
    meant: str = ""


def read_turn(tracker: Tracker) -> Turn:
    """The turn on top of the tracker."""
    message = tracker.latest_message or {}
    context = message.get("metadata") or {}
    language, chosen = choose_language(message, context, tracker.get_slot("chosen_language"))
    users = [event for event in tracker.events if event.get("event") == "user"]
    return Turn(
        text=message.get("text") or "",
        language=language,
        script=(message.get("language") or {}).get("script") or "",
        conversation=tracker.sender_id,
        contact=context.get("contact") or "",
        message_id=message.get("message_id") or "",
        pressed=(message.get("text") or "").startswith("/"),
        name=context.get("name") or "",
        page_product=context.get("page_product") or "",
        gate=message.get("gate") or {},
        entities=tuple(message.get("entities") or ()),
        slots=dict(tracker.slots),
        earlier_intents=tuple(_intent_of(event) for event in users[:-1]),
        chosen_language=chosen,
    )


class OpenTask(Protocol):
    """Something begun over several turns (an order's return, say) whose question the next message may answer."""

    def take(self, turn: Turn, action: str) -> Answer | None:
        """What is said instead of what `action` would, if the message answers the open question or leaves it."""
        ...

    def remind(self, turn: Turn, action: str, answer: Answer) -> Answer:
        """The answer to a digression, with the open question again; or the answer as it is."""
        ...


# Registered by the modules of the skills, all of which are loaded before the first call.
TASKS: list[OpenTask] = []


class SkillAction(Action, ABC):
    """Base of all actions: reads the turn, answers in Django's thread, keeps what the next turn needs.

    `varies`: an answer that was given before is not given again in the same words.
    """

    action_name = ""
    varies = True

    def name(self) -> str:
        """The name in the domain."""
        return self.action_name

    @abstractmethod
    def answer(self, turn: Turn) -> Answer:
        """What is said to this turn. Plain code; may use the database."""

    def hear(self, turn: Turn) -> Answer | None:
        """What is said instead, because the message means more than its route; None as a rule."""
        return None

    def steer(self, turn: Turn) -> Answer | None:
        """What is said before anything else, because the message steers the conversation itself; None as a rule."""
        return None

    def _answer(self, turn: Turn) -> Answer:
        answer = self.steer(turn)
        if answer is None:
            for task in TASKS:
                taken = task.take(turn, self.action_name)
                if taken is not None:
                    return taken
            answer = self.hear(turn) or self.answer(turn)
            answer = vary(turn, answer) if self.varies else answer
        for task in TASKS:
            answer = task.remind(turn, self.action_name, answer)
        return answer

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json) -> list[EventType]:
        """Called by the SDK."""
        turn = read_turn(tracker)
        answer = await sync_to_async(self._answer)(turn)
        if turn.chosen_language:
            # The gateway's own words follow the language that was chosen by button, not the one that was written.
            answer = replace(answer, turn={"language": turn.chosen_language, **answer.turn})
        utter(dispatcher, answer)
        return self.build_events(turn, answer)

    def build_events(self, turn: Turn, answer: Answer) -> list[EventType]:
        """The slots the next turn reads."""
        slots = {
            "unanswered_turns": int(turn.slots.get("unanswered_turns") or 0) + 1 if answer.unanswered else 0,
            "last_answer": self._remember(turn, answer),
            "chosen_language": turn.chosen_language,
            **answer.slots,
        }
        events: list[EventType] = [SlotSet(name, value) for name, value in slots.items()]
        if answer.leaves_form:
            events += [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
        return [*events, FollowupAction(answer.followup)] if answer.followup else events

    def _remember(self, turn: Turn, answer: Answer) -> Json:
        said = {
            "said": remember(turn.last.get("said") or (), [answer.meant, *(reply.text for reply in answer.replies)])
        }
        if answer.last is not None:
            return {**answer.last, "offer": answer.offer, **said}
        if not answer.repeatable:
            return {**turn.last, "offer": answer.offer, **said}
        before = {name: turn.last.get(name) for name in _ANSWERED} if turn.last.get("action") else None
        return {
            "action": answer.action or self.action_name,
            "entities": [{"entity": one.get("entity"), "value": one.get("value")} for one in turn.entities],
            "text": turn.text,
            "topic": answer.topic,
            "message_id": turn.message_id,
            "language": turn.language,
            "offer": answer.offer,
            "before": before,
            **said,
        }


def _intent_of(event: Json) -> str:
    intent = (event.get("parse_data") or {}).get("intent") or {}
    return str(intent.get("name") or "")


def utter(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """Says the replies; the corrections of the record go with the last one."""
    for position, reply in enumerate(answer.replies, start=1):
        extra: Json = {"cards": reply.cards} if reply.cards else {}
        if answer.turn and position == len(answer.replies):
            extra["turn"] = answer.turn
        dispatcher.utter_message(text=reply.text, buttons=reply.buttons, **extra)


def vary(turn: Turn, answer: Answer) -> Answer:
    """The answer, in other words and with a person offered if the same was said before in this conversation."""
    handed = answer.turn.get("decision") == "hand_off"
    if handed or not answer.repeatable or not answer.replies or not answer.replies[0].text:
        return answer
    first, *others = answer.replies
    times = count_said(turn.last.get("said") or (), first.text)
    if not times:
        return answer
    buttons = [button for reply in answer.replies for button in reply.buttons]
    person = [] if any(one["payload"] == "/human" for one in buttons) else [person_button(turn.language)]
    said = Reply(say_differently(first.text, times, turn.language), [*first.buttons, *person], first.cards)
    return replace(answer, replies=[said, *others], meant=first.text)


def forget_wishes(turn: Turn) -> Json:
    """Slots that forget whatever was being asked for, whichever skill they belong to."""
    return {name: None for name, value in turn.slots.items() if value is not None and name not in _OUTLIVES}


def repeat_turn(turn: Turn, language: str, last: Json | None = None) -> Turn:
    """The turn that was answered last (or `last`), to be answered again, for instance in another language.

    It keeps its own message_id, so that what it wrote down is found and not written twice.
    """
    last = turn.last if last is None else last
    return replace(
        turn,
        text=str(last.get("text") or ""),
        message_id=str(last.get("message_id") or turn.message_id),
        language=language,
        script="",
        pressed=True,
        gate={"topic": last.get("topic")},
        entities=tuple(last.get("entities") or ()),
        slots={**turn.slots, "last_answer": {}},
        earlier_intents=(),
    )
