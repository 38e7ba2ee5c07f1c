"""Goes on with a wish about an order: hears the answer to the open question wherever Rasa sends the message.

Registered as an `OpenTask` (actions/_turn.py), so that every action asks here first. What answers the open question, or
one that comes later, is heard before anything else it may be taken for. A question in between is answered by its own
action and ours is asked again below; another wish, a person, danger or "never mind" leave it. Slot: orders_task
(domain/orders.yml).
"""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import person_button
from actions._complaint_words import is_dangerous, is_furious
from actions._handing import hand_off
from actions._manners import is_whole
from actions._order_code import ask_code, take_code, wants_code_again
from actions._order_effects import do_wish, find_hindrance, refuse
from actions._order_guard import guarded
from actions._order_job import TASK, Job, Step, ask_step
from actions._order_photos import build_record, is_photo, says_no_photo, take_late_photo, take_photo
from actions._order_reading import read_ahead, read_instead, read_pressed, read_step
from actions._order_steps import DEPENDS, STEPS, next_step, task_text
from actions._turn import TASKS, Answer, Json, Reply, Turn
from actions._words import find_keys
from bot.shop.identity import find_verified, is_confirmed

MISSES_MAX = 3
STOP_WORDS_MAX = 6
# They are about something else: the wish is over.
_LEAVING = frozenset(
    {"action_hand_off", "action_answer_complaint", "action_answer_bye", "action_answer_privacy_request"}
)
_OWN = {
    "action_answer_order_cancel": "order_cancel", "action_answer_order_change": "order_change",
    "action_answer_return_request": "return_request", "action_answer_order_status": "order_status",
    "action_answer_refund_status": "refund_status", "action_answer_invoice_request": "invoice_request",
}  # fmt: skip
# What is said when a message is not understood; here it was meant as an answer.
_LOST = frozenset({"action_ask_back", "action_answer_out_of_scope", "action_answer_affirm", "action_answer_deny"})
# These follow a form in the same turn; the message was the form's.
_FOLLOWING = frozenset({"action_tell_order_status", "action_ask_orders_number", "action_ask_orders_contact"})
# What may be answered before it is asked.
_AHEAD = frozenset({"line", "reason", "way", "what", "item_change"})
# Words that stop, as the whole message, where they do not answer the open question.
_STOPPING = ("stop_words", "never_mind_alone")
_RECORD: Json = {"route": None, "topic": None, "decision": "answer", "reason": None}


class OrderTask:
    """The open wish of a conversation, in the slot orders_task."""

    def take(self, turn: Turn, action: str) -> Answer | None:
        """See `OpenTask.take`."""
        if is_photo(turn):
            return guarded(turn, lambda: self._take_photo(turn))
        if action in _FOLLOWING or not isinstance(turn.slots.get(TASK), dict):
            return None
        return guarded(turn, lambda: self._take(turn, action))

    def remind(self, turn: Turn, action: str, answer: Answer) -> Answer:
        """See `OpenTask.remind`."""
        slot = turn.slots.get(TASK)
        if not isinstance(slot, dict) or TASK in answer.slots or action in _FOLLOWING:
            return answer
        if action in _LEAVING or action in _OWN or answer.turn.get("decision") == "hand_off":
            return replace(answer, slots={**answer.slots, TASK: None})
        return guarded(turn, lambda: self._remind(turn, answer)) or answer

    def _take_photo(self, turn: Turn) -> Answer:
        job = read_job(turn)
        step = next_step(job) if job else None
        if job is None or step is None:
            late = take_late_photo(turn)
            return replace(late, turn={**_RECORD, **late.turn})
        return _record(take_photo(job, step, turn), job, turn)

    def _take(self, turn: Turn, action: str) -> Answer | None:
        job = read_job(turn)
        if job is None:
            return None
        if wants_stop(turn) and job.step:
            return _record(stop(job, turn.language), job, turn)
        step = next_step(job)
        if step is None or action == "action_hand_off" or _is_urgent(turn, action) or _names_other(job, turn):
            return None
        if _is_other_wish(job, turn, action):
            value = read_instead(job, step, turn)
            return _record(answer_step(job, step, value, turn), job, turn) if value else None
        answer = self._hear(job, step, turn, action)
        return None if answer is None else _record(answer, job, turn)

    def _hear(self, job: Job, step: Step, turn: Turn, action: str) -> Answer | None:
        """The message as the answer to the open question, or to another one of this wish."""
        if job.step == "code" and (taken := take_code(job, turn)):
            return taken
        if says_no_photo(turn):
            value = read_instead(job, step, turn)
            return answer_step(job, step, value, turn) if value else ask_next(job, turn)
        value = read_step(job, step, turn, action, turn.language) if step.name != "code" else ""
        if value:
            return answer_step(job, step, value, turn)
        if corrected := self._correct(job, step, turn, action):
            return corrected
        if _OWN.get(action) != job.wish and any(is_whole(turn.text, area) for area in _STOPPING):
            return stop(job, turn.language)
        if known := hear_ahead(job, step, turn, action):
            job.data |= known
            job.misses = 0
            return ask_next(job, turn)
        if _OWN.get(action) == job.wish or action == "action_switch_language":
            return ask_next(job, turn)
        return self._miss(job, step, turn) if action in _LOST else None

    def _correct(self, job: Job, open_step: Step, turn: Turn, action: str) -> Answer | None:
        """An earlier answer corrected by its words or its button."""
        for step in STEPS[job.wish]:
            if step.name == open_step.name or step.name not in job.data or step.name in ("confirm", "code"):
                continue
            value = read_step(job, step, turn, action, turn.language, numbers=False)
            if value and value != job.data[step.name]:
                return answer_step(job, step, value, turn)
        return None

    def _miss(self, job: Job, step: Step, turn: Turn) -> Answer:
        if action_is_no(turn) and step.name not in ("confirm", "code"):
            return stop(job, turn.language)
        job.misses += 1
        if job.misses >= MISSES_MAX:
            answer = hand_off(turn, "low_confidence")
            return replace(answer, slots={TASK: None})
        answer = ask_next(job, turn)
        hint = task_text(f"hint.{step.name}" if step.name in ("address", "code") else "hint.choice", turn.language)
        first = answer.replies[0]
        return replace(answer, replies=[replace(first, text=f"{hint}\n{first.text}"), *answer.replies[1:]])

    def _remind(self, turn: Turn, answer: Answer) -> Answer | None:
        job = read_job(turn)
        if job is None or not job.step:
            return replace(answer, slots={**answer.slots, TASK: None})
        step = next_step(job)
        if step is None:
            return answer
        question = ask_step(job, step, turn.language)
        question = replace(question, text=task_text("back", turn.language, question=question.text))
        # The question between has its own "did this help?"; two rows of buttons would be too many.
        return replace(answer, replies=[*answer.replies, question], offer="")


def start(turn: Turn, wish: str, job: Job, intro: str = "") -> Answer:
    """Begins a wish about a verified order; what the message said already is not asked again."""
    action = f"action_answer_{wish}"
    job.since = turn.message_id
    if not turn.pressed:
        for step in STEPS[wish]:
            if step.name in ("line", "reason", "way", "what", "item_change") and step.needed(job):
                value = read_ahead(job, step, turn, action)
                if value:
                    job.data[step.name] = value
    answer = ask_next(job, turn)
    if intro and answer.replies:
        first = answer.replies[0]
        answer = replace(answer, replies=[replace(first, text=f"{intro}\n{first.text}"), *answer.replies[1:]])
    return answer


def answer_step(job: Job, step: Step, value: str, turn: Turn) -> Answer:
    """Takes the value, and what else the message answers; then the next question, or the wish is done."""
    if step.name == "confirm" and value == "no":
        return stop(job, turn.language)
    # What was said ahead of its question stays; what hung on an answer that is corrected does not.
    corrected = DEPENDS.get(step.name, ()) if step.name in job.data else ()
    for name in (*corrected, "confirm"):
        job.data.pop(name, None)
    job.data[step.name] = value
    job.misses = 0
    fresh = Job(job.wish, job.order, job.data, since=job.since, has_photo=job.has_photo)
    fresh.data |= hear_ahead(fresh, step, turn)
    return ask_next(fresh, turn)


def hear_ahead(job: Job, open_step: Step, turn: Turn, action: str = "") -> dict[str, str]:
    """Answers to questions not asked yet: "the jeans are too small" says which item and why."""
    if turn.pressed:
        return {}
    later = [one for one in STEPS[job.wish] if one.name in _AHEAD and one.name not in job.data]
    found = {
        one.name: read_ahead(job, one, turn, action) for one in later if one.name != open_step.name and one.needed(job)
    }
    return {name: value for name, value in found.items() if value}


def ask_next(job: Job, turn: Turn) -> Answer:
    """The next question, a code, or the deed."""
    if is_confirmed(turn.conversation, job.order):
        job.data["confirmed"] = "yes"
    step = next_step(job)
    hindered = find_hindrance(job, turn.language)
    if hindered:
        return refuse(job, turn, hindered)
    if step is None:
        return do_wish(job, turn)
    if step.name == "code":
        return ask_code(job, step, turn, again=job.step == "code")
    job.step = step.name
    question = ask_step(job, step, turn.language)
    return Answer([question], turn=build_record(job), slots=job.keep(), repeatable=False)


def stop(job: Job, language: str) -> Answer:
    """Leaves the wish; nothing was changed."""
    text = task_text("stopped", language, order=job.order.name)
    return Answer([Reply(text, [person_button(language)])], slots={TASK: None}, repeatable=False)


def read_job(turn: Turn) -> Job | None:
    """The wish in the slot, if its order is still verified here. Raises ShopUnavailable."""
    slot = turn.slots.get(TASK)
    if not isinstance(slot, dict) or slot.get("wish") not in STEPS:
        return None
    order = find_verified(turn.conversation, str(slot.get("order") or ""))
    if order is None or not order.lines:
        return None
    data = {str(key): str(value) for key, value in dict(slot.get("data") or {}).items()}
    data.pop("confirmed", None)
    told = (str(slot.get("step") or ""), int(slot.get("misses") or 0), str(slot.get("since") or ""))
    return Job(str(slot["wish"]), order, data, *told, has_photo=slot.get("has_photo") is True)


def wants_stop(turn: Turn) -> bool:
    """ "Never mind", in words or by button."""
    if turn.pressed:
        return read_pressed(turn)[0] == "stop"
    if len(turn.text.split()) > STOP_WORDS_MAX:
        return False
    return bool(find_keys("order_stop", turn.text)) or "never_mind" in find_keys("manners", turn.text)


def action_is_no(turn: Turn) -> bool:
    """A bare no."""
    return turn.gate.get("route") == "deny"


def _is_urgent(turn: Turn, action: str) -> bool:
    """Danger, or anger: a person comes before any question of ours."""
    angry = action == "action_answer_complaint" and is_furious(turn.text)
    return not turn.pressed and (angry or is_dangerous(turn.text))


def _names_other(job: Job, turn: Turn) -> bool:
    named = "" if turn.pressed else turn.entity("order")
    return bool(named) and find_verified(turn.conversation, named) != job.order


def _is_other_wish(job: Job, turn: Turn, action: str) -> bool:
    if turn.pressed:
        return action in _OWN and not turn.entity("choice")
    return action in _OWN and _OWN[action] != job.wish and not wants_code_again(job, turn)


def _record(answer: Answer, job: Job, turn: Turn) -> Answer:
    # As inside a form: the message was its answer, pressed or written, unless it was this wish itself.
    wished = turn.gate.get("decision") == "answer" and turn.gate.get("route") == job.wish
    own = wished and not turn.entity("choice")
    return replace(answer, turn={**_RECORD, **({"route": job.wish} if own else {}), **answer.turn})


TASKS.append(OrderTask())
