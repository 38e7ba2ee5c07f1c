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
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.config import config
from bot.language.languages import LATIN, load_languages
from bot.language.texts import LANGUAGES

Json = dict[str, Any]
# Below this the language of a message is a guess from the customer's habits; then a chosen language stays.
LANGUAGE_SURE_MIN = 0.6


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
    it is, where one action answers for another.
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


def choose_language(message: Json, context: Json, chosen: str | None) -> tuple[str, str | None]:
    """(language of the reply, chosen language from now on).

    A language chosen by button holds for buttons and for texts that do not show their language clearly; a message that
    is clearly in another language ends it.
    """
    detected = message.get("language") or {}
    language = detected.get("language") or context.get("language") or config().default_language
    pressed = (message.get("text") or "").startswith("/")
    if chosen and (pressed or language == chosen or float(detected.get("confidence") or 0.0) < LANGUAGE_SURE_MIN):
        language = chosen
    else:
        chosen = None
    return (language if language in LANGUAGES else config().default_language), chosen


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
    """Base of all actions: reads the turn, answers in Django's thread, keeps what the next turn needs."""

    action_name = ""

    def name(self) -> str:
        """The name in the domain."""
        return self.action_name

    @abstractmethod
    def answer(self, turn: Turn) -> Answer:
        """What is said to this turn. Plain code; may use the database."""

    def hear(self, turn: Turn) -> Answer | None:
        """What is said instead, because the message means more than its route; None as a rule."""
        return None

    def _answer(self, turn: Turn) -> Answer:
        for task in TASKS:
            taken = task.take(turn, self.action_name)
            if taken is not None:
                return taken
        answer = self.hear(turn) or self.answer(turn)
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
        return [*events, FollowupAction(answer.followup)] if answer.followup else events

    def _remember(self, turn: Turn, answer: Answer) -> Json:
        if not answer.repeatable:
            return {**turn.last, "offer": answer.offer}
        return {
            "action": answer.action or self.action_name,
            "entities": [{"entity": one.get("entity"), "value": one.get("value")} for one in turn.entities],
            "text": turn.text,
            "topic": answer.topic,
            "offer": answer.offer,
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


def repeat_turn(turn: Turn, language: str) -> Turn:
    """The turn that was answered last, to be answered in another language."""
    last = turn.last
    return replace(
        turn,
        text=str(last.get("text") or ""),
        language=language,
        script="",
        pressed=True,
        gate={"topic": last.get("topic")},
        entities=tuple(last.get("entities") or ()),
        slots={**turn.slots, "last_answer": {}},
        earlier_intents=(),
    )
