"""Complaints: names the problem, says sorry once, offers the way out that fits, and writes it down with its severity.

domain/complaints.yml: intent complaint (buttons `/complaint{"kind"}`). Who is furious, in danger, or complains again
gets a person at once, before others. Kinds and words stand in `_complaint_words`.
"""

from __future__ import annotations

from actions._buttons import button, english_button, order_button, person_button
from actions._complaint_words import GRAVE, choose_kind, is_dangerous, is_furious, kind_buttons
from actions._faq_answers import topic_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._records import said_by
from actions._turn import Answer, Json, Reply, Turn
from bot.care.models import Severity
from bot.care.records import Noted, record_complaint
from bot.language.texts import has_text, say
from bot.shop.catalogue import load_catalogue
from bot.shop.identity import list_verified_names

# What helps next with each kind of problem: the look-up, a wish, or an FAQ topic.
_NEXT: dict[str, tuple[str, ...]] = {
    "late": ("order", "delivery.delayed"),
    "not_received": ("order", "delivery.not_received"),
    "damaged": ("return_request", "return.damaged"),
    "wrong_item": ("return_request", "return.wrong_item"),
    "refund": ("refund_status", "refund.time"),
    "payment": ("payment.double_charge", "payment.failed"),
    "price": ("price.match", "order"),
    "quality": ("return_request", "return.policy"),
    "delivery": ("order", "support.complaint_process"),
    "website": ("order.place", "order"),
    "service": ("support.complaint_process",),
    "other": (),
}
_WISHES = frozenset({"return_request", "refund_status"})


class ActionAnswerComplaint(ListeningAction):
    """Answers anger with a way out."""

    action_name = "action_answer_complaint"

    def hear_more(self, turn: Turn) -> Answer | None:
        """Nothing: a product in such a message is not what it is about."""
        return None

    def answer(self, turn: Turn) -> Answer:
        kind = choose_kind(turn)
        if turn.pressed and not turn.repeated and not turn.entity("kind"):
            return _ask(turn, "care.complaint.ask")
        danger, furious = is_dangerous(turn.text), is_furious(turn.text)
        kind = "safety" if danger else kind
        noted = record_complaint(said_by(turn), kind, choose_severity(kind, furious), find_order(turn))
        if danger:
            return hand_over(turn, noted, "safety")
        # The kind chosen after "what happened?" is no second complaint.
        if furious or noted.earlier:
            return hand_over(turn, noted, "urgent" if furious else "again")
        if kind == "other":
            return _ask(turn, "care.complaint.tell_more", noted.number)
        return _offer_way_out(turn, kind, noted)


def hand_over(turn: Turn, noted: Noted, how: str) -> Answer:
    """A person, before others; `how` names the words: urgent, again, safety or passed."""
    text = say(f"care.complaint.{how}", turn.language, number=noted.number)
    handed = hand_off(turn, "sensitive" if how == "safety" else "complaint", text)
    priority = {"safety": 3, "urgent": 2, "again": 2}.get(how, noted.severity - 1)
    summary = {**handed.turn["summary"], "priority": priority, "complaint": noted.number, "kind": noted.kind}
    return Answer(handed.replies, turn={**handed.turn, "summary": summary}, repeatable=False)


def choose_severity(kind: str, furious: bool) -> Severity:
    """How soon a person has to look."""
    if furious or kind == "safety":
        return Severity.URGENT
    return Severity.HIGH if kind in GRAVE else Severity.NORMAL


def find_order(turn: Turn) -> str:
    """The order the complaint is about, if it names one or just one has been proved here."""
    shown = list_verified_names(turn.conversation)
    return turn.entity("order") or (shown[0] if len(shown) == 1 else "")


def _ask(turn: Turn, key: str, number: str = "") -> Answer:
    buttons = [*kind_buttons(turn.language), person_button(turn.language)]
    if turn.romanised:
        buttons.append(english_button())
    return Answer([Reply(say(key, turn.language, number=number), buttons)], offer="person")


def _offer_way_out(turn: Turn, kind: str, noted: Noted) -> Answer:
    language = turn.language
    problem, way = _name_problem(turn, kind), say(f"care.complaint.ways.{kind}", language)
    text = say("care.complaint.answer", language, problem=problem, way_out=way)
    steps = [_step_button(step, turn) for step in _NEXT[kind]]
    buttons = [*(step for step in steps if step), person_button(language)]
    if turn.romanised:
        buttons.append(english_button())
    closing = say("care.complaint.noted", language, number=noted.number)
    return Answer([Reply(f"{text}\n\n{closing}", buttons)], offer="person")


def _name_problem(turn: Turn, kind: str) -> str:
    """The problem in the customer's own matter: with the product's name if they named one."""
    item = load_catalogue().get(turn.entity("product"))
    key = f"care.complaint.problems_item.{kind}"
    if item is not None and has_text(key, turn.language):
        return say(key, turn.language, item=item.name(turn.language))
    return say(f"care.complaint.problems.{kind}", turn.language)


def _step_button(step: str, turn: Turn) -> Json | None:
    if step == "order":
        return order_button(turn.language)
    if step in _WISHES:
        named = {"order": order} if (order := find_order(turn)) else {}
        return button(say(f"handoff.routes.{step}", turn.language), step, "choice", **named)
    return topic_button(step, turn.language)
