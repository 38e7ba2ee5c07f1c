"""Takes one turn inside Rasa: understand, follow the rules, run the actions, save once. Called by `channel`.

Rasa's own `MessageProcessor.handle_message` swallows failures, copies the whole tracker for every action and copies
events for log lines that nobody reads. This uses the same parts (components, policy, actions, events) without that, and
lets every failure out: then nothing is saved, and the same message may be asked again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from weakref import WeakValueDictionary

from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction, action_for_name_or_text
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME, DEFAULT_INTENTS
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue.action_client import ActionEndpoint, ServerAction
from bot.dialogue.bounded import session_start
from bot.dialogue.commands import parse_command
from bot.dialogue.forms import ServerForm
from bot.dialogue.graph import DirectGraph
from bot.dialogue.protocol import Json, TurnRequest, TurnResult, as_json
from bot.dialogue.record import build_record, build_replies
from bot.dialogue.topics import choose_topics
from bot.dialogue.tracker_store import BoundedTrackerStore
from bot.dialogue.wishes import LATER, cut, find_later, join_records, join_replies, note_later, waits_for_form
from bot.language.normalise import clean_text
from bot.nlu.component import FAQ_HITS, GATE

logger = logging.getLogger(__name__)

MAX_ACTIONS = 10
# All actions of a turn together; a form runs up to three. Below the gateway's patience (TURN_TIMEOUT_S).
TURN_TIMEOUT_S = 12.0
INPUT_CHANNEL = "seva"
# Sure and unsure ones, about rules, orders and products, in every script.
WARM_UP = (
    "where is my order TT-10432",
    "do you have a blue saree under 2000",
    "refund kyare aavse",
    "રિફંડ અને બદલી",
    "ஆர்டர் திரும்ப",
    "hmm and that",
)
# A message without an intent of ours would follow no rule and end in silence.
NOT_UNDERSTOOD = {"name": "nlu_fallback", "confidence": 0.0}


class TurnFailed(Exception):
    """This turn cannot be answered; the text names the reason without the customer's words."""


class TurnRunner:
    """Takes turns with one loaded model. Turns of one conversation wait for each other here, others do not."""

    def __init__(self, processor: MessageProcessor, store: BoundedTrackerStore, endpoint: ActionEndpoint) -> None:
        self._store = store
        self._endpoint = endpoint
        self._nlg = processor.nlg
        self._domain = processor.domain
        metadata = processor.model_metadata
        if not metadata.nlu_target or not metadata.core_target:
            raise TurnFailed("the model lacks NLU or rules")
        self._understand = DirectGraph(processor.graph_runner, metadata.nlu_target)
        self._predict = DirectGraph(processor.graph_runner, metadata.core_target)
        # Rasa's own (`restart`, `session_start`, ...) would undo what the gateway knows of the conversation.
        self._commands = frozenset(self._domain.intents) - frozenset(DEFAULT_INTENTS)
        self._actions: dict[str, Action] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._output = CollectingOutputChannel()

    async def take(self, request: TurnRequest) -> Json:
        """The answer as JSON, recorded together with the conversation. A known message_id gets its recorded answer.

        Raises ActionUnavailable, ActionBroken, TurnFailed, MalformedCommand, or what database and components raise; all
        save nothing.
        """
        lock = self._locks.setdefault(request.conversation, asyncio.Lock())
        async with lock:
            started = time.perf_counter()
            loaded = await self._store.load(request.conversation, request.message_id)
            if loaded.answer is not None:
                return loaded.answer | {"replayed": True}
            tracker = loaded.tracker or self._new_tracker(request.conversation)
            async with asyncio.timeout(TURN_TIMEOUT_S):
                result = await self._run(tracker, request, started)
            answer = as_json(result)
            await self._store.record_turn(tracker, loaded.version, request.message_id, answer)
            return answer

    def find_topics(self, request: TurnRequest) -> list[str]:
        """FAQ topics that fit a message, the likeliest first. No turn: nothing is answered, nothing kept."""
        read = self._read(self._new_tracker(request.conversation), request, clean_text(request.text or ""))
        return choose_topics(read.get(GATE) or {}, read.get(FAQ_HITS) or ())

    def warm_up(self) -> None:
        """Reads a few messages for nobody: index, products and tables are open when the first customer writes."""
        for text in WARM_UP:
            request = TurnRequest("warm-up", "warm-up", text)
            try:
                self._read(self._new_tracker(request.conversation), request, text)
            except Exception as error:  # what fails here fails in a turn too, which says so to whom it concerns
                logger.warning("nothing could be read yet: %s", type(error).__name__)
                return

    async def _run(self, tracker: DialogueStateTracker, request: TurnRequest, started: float) -> TurnResult:
        for index, said in enumerate(request.context.history):
            if said.sender == "customer":
                said_before = request.context.history[:index]
                before = dataclasses.replace(request.context, history=said_before, last_bot_text=None)
                earlier = TurnRequest(request.conversation, f"history-{index}", said.text, context=before)
                await self._answer(tracker, self._parse(tracker, earlier))
        form, later = tracker.active_loop_name, find_later(tracker)
        began = time.perf_counter()
        first, second = self._understand_wishes(tracker, request)
        result = await self._conclude(tracker, request, first, _ms_since(began))
        closed = form is not None and result.turn.route is None and tracker.active_loop_name is None
        if second is None and closed:
            second = later
        elif second is not None and waits_for_form(second, tracker):
            first.metadata[LATER] = second
            result = dataclasses.replace(result, turn=note_later(result.turn, second))
            second = None
        if second is not None and result.turn.decision == "answer":
            uttered = self._utter(request, second, str(second.get("text") or ""), "/2")
            next_one = await self._conclude(tracker, request, uttered, 0.0)
            replies = join_replies(result.replies, next_one.replies)
            result = dataclasses.replace(result, replies=replies, turn=join_records(result.turn, next_one.turn))
        result.turn.ms["total"] = _ms_since(started)
        return result

    async def _conclude(
        self, tracker: DialogueStateTracker, request: TurnRequest, message: UserUttered, nlu_ms: float
    ) -> TurnResult:
        """Answers one understood wish; raises TurnFailed if nothing was said to it."""
        form, since = tracker.active_loop_name, len(tracker.events)
        actions_ms = await self._answer(tracker, message)
        events = list(tracker.events)[since:]
        replies = build_replies(events)
        if not replies:
            raise TurnFailed("no action had anything to say")
        ms = {"nlu": nlu_ms, "actions": actions_ms}
        return TurnResult(request.message_id, replies, build_record(message, events, form, ms))

    async def _answer(self, tracker: DialogueStateTracker, message: UserUttered) -> float:
        """Puts message, actions and their events on the tracker; the answer is the actions' time in milliseconds."""
        tracker.update(message, self._domain)
        extract = self._action(ACTION_EXTRACT_SLOTS)
        tracker.update_with_events(await extract.run(self._output, self._nlg, tracker, self._domain), self._domain)
        actions_s = 0.0
        for _ in range(MAX_ACTIONS):
            prediction: PolicyPrediction = self._predict_next(tracker)
            action = self._action(self._domain.action_names_or_texts[prediction.max_confidence_index])
            began = time.perf_counter()
            await self._perform(action, prediction, tracker)
            actions_s += time.perf_counter() - began
            if action.name() == ACTION_LISTEN_NAME:
                return round(actions_s * 1000, 2)
        raise TurnFailed("too many actions")

    def _understand_wishes(
        self, tracker: DialogueStateTracker, request: TurnRequest
    ) -> tuple[UserUttered, Json | None]:
        """The message, and the parse data of a second wish that was cut off it. What answers a form is never cut."""
        whole = self._parse(tracker, request)
        if request.payload is not None or tracker.active_loop_name is not None:
            return whole, None
        # What was said before belongs to the message as a whole; its parts speak for themselves.
        both = cut(whole.text or "", whole.parse_data, lambda text: self._understand_text(tracker, request, text))
        return (self._utter(request, both[0], whole.text or ""), both[1]) if both else (whole, None)

    def _parse(self, tracker: DialogueStateTracker, request: TurnRequest) -> UserUttered:
        if request.payload is not None:
            return self._utter(
                request, parse_command(request.payload, request.context, self._commands), request.payload
            )
        # Cleaned here once more: whatever asks, text never becomes a command.
        text = clean_text(request.text or "")
        return self._utter(request, self._understand_text(tracker, request, text), text)

    def _understand_text(self, tracker: DialogueStateTracker, request: TurnRequest, text: str) -> Json:
        parsed: Json = self._read(tracker, request, text).as_dict(only_output_properties=True)
        return parsed

    def _read(self, tracker: DialogueStateTracker, request: TurnRequest, text: str) -> Message:
        # The pipeline reads what was said before (bot.nlu.context); the tracker need not keep it twice.
        heard = dataclasses.asdict(request.context)
        message = UserMessage(text, None, request.conversation, None, INPUT_CHANNEL, request.message_id, heard)
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: tracker}
        read: Message = self._understand.run(inputs)[0]
        return read

    def _utter(self, request: TurnRequest, parsed: Json, text: str, part: str = "") -> UserUttered:
        """The event of an understood message; `part` tells a second wish's actions from the first one's."""
        context = dataclasses.asdict(dataclasses.replace(request.context, history=()))
        intent = parsed.get("intent") or {}
        if intent.get("name") not in self._commands | {NOT_UNDERSTOOD["name"]}:
            intent = NOT_UNDERSTOOD
        entities = parsed.get("entities") or []
        message_id = request.message_id + part
        parse_data = parsed | {"intent": intent}
        return UserUttered(text, intent, entities, parse_data, None, INPUT_CHANNEL, message_id, context)

    def _predict_next(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        followup = tracker.followup_action
        if followup:
            tracker.clear_followup_action()
            return PolicyPrediction.for_action_name(self._domain, followup, "followup_action")
        return self._predict.run({PLACEHOLDER_TRACKER: tracker})

    async def _perform(self, action: Action, prediction: PolicyPrediction, tracker: DialogueStateTracker) -> None:
        """Runs one action; its events go to the tracker, or the note that a form refused to run."""
        seen = tracker
        if prediction.events:
            seen = tracker.copy()
            seen.update_with_events(prediction.events, self._domain)
        try:
            events: list[Event] = await action.run(self._output, self._nlg, seen, self._domain) or []
        except ActionExecutionRejection:
            refused = ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence)
            tracker.update(refused, self._domain)
            return
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self._domain)
            tracker.update(action.event_for_successful_execution(prediction), self._domain)
        tracker.update_with_events(events, self._domain)

    def _action(self, name: str) -> Action:
        """Actions keep nothing between calls, so each is made once."""
        if name not in self._actions:
            self._actions[name] = self._make_action(name)
        return self._actions[name]

    def _make_action(self, name: str) -> Action:
        action = action_for_name_or_text(name, self._domain, self._endpoint)
        ours = {RemoteAction: ServerAction, FormAction: ServerForm}.get(type(action))
        return action if ours is None else ours(name, self._endpoint)

    def _new_tracker(self, conversation: str) -> DialogueStateTracker:
        events = [*session_start(), ActionExecuted(ACTION_LISTEN_NAME)]
        return DialogueStateTracker.from_events(conversation, events, slots=self._domain.slots)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
