"""Complaints: names the problem, says the way out, and brings a person at once to whoever is furious.

domain/complaints.yml: intent complaint. The way out depends on what the complaint is about (words.yml, `complaints`).
"""

from __future__ import annotations

from actions._buttons import english_button, order_button, person_button
from actions._faq_answers import topic_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._turn import Answer, Reply, Turn
from actions._words import find_keys, is_shouting
from bot.language.texts import say

# What helps next with each kind of problem; `order` is the look-up of the customer's order.
_NEXT: dict[str, tuple[str, ...]] = {
    "late": ("order", "delivery.delayed"),
    "not_received": ("order", "delivery.not_received"),
    "damaged": ("return.damaged", "exchange.how"),
    "wrong_item": ("return.wrong_item", "exchange.how"),
    "refund": ("order", "refund.time"),
    "payment": ("payment.double_charge", "payment.failed"),
    "quality": ("return.how", "return.policy"),
    "service": ("support.complaint_process",),
    "other": ("support.complaint_process", "order"),
}
# More telling first: a late refund is a matter of the refund, a broken thing that came late of the breakage.
_ORDER = ("not_received", "payment", "refund", "damaged", "wrong_item", "late", "service", "quality")


class ActionAnswerComplaint(ListeningAction):
    """Answers anger with a way out."""

    action_name = "action_answer_complaint"

    def answer(self, turn: Turn) -> Answer:
        if is_furious(turn):
            return hand_off(turn, "complaint")
        kind = choose_kind(turn.text)
        language = turn.language
        problem, way = (
            say(f"handoff.complaint.problems.{kind}", language),
            say(f"handoff.complaint.ways.{kind}", language),
        )
        text = say("handoff.complaint.answer", language, problem=problem, way_out=way)
        steps = [order_button(language) if step == "order" else topic_button(step, language) for step in _NEXT[kind]]
        buttons = [*(step for step in steps if step), person_button(language)]
        if turn.romanised:
            buttons.append(english_button())
        said = f"{text}\n\n{say('handoff.complaint.close', language)}"
        return Answer([Reply(said, buttons)], offer="person")


def is_furious(turn: Turn) -> bool:
    """Swear-words, threats, the law, capitals, or a complaint that comes again."""
    if turn.times_before("complaint"):
        return True
    return bool(find_keys("furious", turn.text)) or is_shouting(turn.text) or turn.text.count("!") >= 3


def choose_kind(text: str) -> str:
    """What the complaint is about; `other` if it does not say."""
    found = set(find_keys("complaints", text))
    return next((kind for kind in _ORDER if kind in found), "other")
