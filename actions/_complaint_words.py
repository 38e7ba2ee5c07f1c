"""What a complaint is about and how bad it is, told by its words, and the buttons that offer the kinds. Pure."""

from __future__ import annotations

from actions._buttons import button
from actions._turn import Json, Turn
from actions._words import find_keys, is_shouting
from bot.language.texts import say

# More telling first: a late refund is a matter of the refund, a broken thing that came late of the breakage.
_ORDER = (
    "not_received", "payment", "refund", "damaged", "wrong_item", "delivery", "late", "website", "price", "service",
    "quality",
)  # fmt: skip
# What is offered to whoever does not say what happened.
OFFERED = ("late", "damaged", "wrong_item", "refund", "not_received", "quality", "payment", "service")
# Money or a parcel gone, or a person hurt by another's manner: looked at before other complaints.
GRAVE = frozenset({"not_received", "payment", "refund", "delivery", "service"})
EXCLAMATIONS_FURIOUS = 3
# Routes and topics that damage is taken for; as many of the gate's alternatives are looked at.
_DAMAGE = frozenset({"complaint", "return_request", "return.damaged", "return.wrong_item"})
LIKELY = 3


def choose_kind(turn: Turn) -> str:
    """What the complaint is about: the pressed kind, else its words; `other` if it does not say."""
    pressed = turn.entity("kind") if turn.pressed else ""
    if pressed in (*_ORDER, "other"):
        return pressed
    found = {*find_keys("complaints", turn.text), *find_keys("complaints_more", turn.text)}
    return next((kind for kind in _ORDER if kind in found), "other")


def is_furious(text: str) -> bool:
    """Swear-words, threats, the law, capitals."""
    return bool(find_keys("furious", text)) or is_shouting(text) or text.count("!") >= EXCLAMATIONS_FURIOUS


def is_dangerous(text: str) -> bool:
    """Whether somebody may have been hurt by a thing sold here."""
    return bool(find_keys("safety", text))


def speaks_of_damage(turn: Turn) -> bool:
    """Whether all that the gate thinks possible is a complaint, or a return, of what came damaged or wrong."""
    considered = [turn.gate, *(turn.gate.get("alternatives") or [])][: 1 + LIKELY]
    # "Something else" stands among the alternatives as a way out; it is no meaning.
    possible = {str(one.get("topic") or one.get("route") or "") for one in considered} - {"", "out_of_scope"}
    if turn.gate.get("decision") != "ask_back" or turn.pressed or "?" in turn.text or not possible <= _DAMAGE:
        return False
    return "complaint" in possible or choose_kind(turn) in ("damaged", "wrong_item")


def kind_buttons(language: str, count: int = len(OFFERED)) -> list[Json]:
    """The kinds as buttons."""
    return [
        button(say(f"care.complaint.kinds.{kind}", language), "complaint", "choice", kind=kind)
        for kind in OFFERED[:count]
    ]
