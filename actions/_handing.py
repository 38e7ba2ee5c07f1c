"""Asking back and handing over, as every skill may need it. The gateway records the hand-off and tells the wait."""

from __future__ import annotations

from actions._buttons import person_button, route_button
from actions._faq_answers import find_answer, topic_button
from actions._turn import Answer, Json, Reply, Turn
from bot.language.texts import has_text, say
from bot.shop.identity import list_verified_names

UNANSWERED_MAX = 2
CHOICES_MAX = 3
# Routes that are no wish: they would read oddly as "did you mean ...".
_NO_CHOICE = frozenset({"nlu_fallback", "faq"})
# Offered as "something else", after wishes and only where they are asked about.
_NONE_OF_THESE = "out_of_scope"


def hand_off(turn: Turn, reason: str, text: str = "") -> Answer:
    """Passes the conversation to a person with what is known. Only a short, kind sentence is said here."""
    key = f"handoff.reasons.{reason}"
    said = text or say(key if has_text(key, turn.language) else "handoff.reasons.asked", turn.language)
    correction = {"decision": "hand_off", "reason": reason, "summary": build_summary(turn)}
    return Answer([Reply(said)], turn=correction, repeatable=False)


def build_summary(turn: Turn) -> Json:
    """What the agent should know at a glance; orders only if verified in this conversation."""
    tried = str(turn.last.get("topic") or "")
    orders = list_verified_names(turn.conversation)
    facts = {
        "language": turn.language,
        "said": turn.text if not turn.pressed else str(turn.last.get("text") or ""),
        "tried_topics": [tried] if tried else [],
        "orders": orders,
        "order_named": turn.entity("order") or _text(turn.slots.get("orders_number")),
        "product": turn.entity("product") or _text(turn.slots.get("products_current")) or turn.page_product,
        "route": str(turn.gate.get("route") or ""),
    }
    return {name: value for name, value in facts.items() if value}


def ask_back(turn: Turn) -> Answer:
    """The likeliest wishes as buttons; the second turn in a row without an answer brings a person instead."""
    if int(turn.slots.get("unanswered_turns") or 0) + 1 >= UNANSWERED_MAX:
        return hand_off(turn, "low_confidence")
    choices = build_choices(turn)
    key = "handoff.ask_back" if choices and turn.gate.get("decision") == "ask_back" else "handoff.not_understood"
    buttons = [*choices, person_button(turn.language)]
    kept = {**turn.last, "choices": _list_considered(turn)}
    return Answer(
        [Reply(say(key, turn.language), buttons)], offer="choice", repeatable=False, unanswered=True, last=kept
    )


def build_choices_again(turn: Turn) -> list[Json]:
    """The buttons of the question that was asked back last; empty if there was none since the last answer."""
    considered = turn.last.get("choices") or []
    return [*_build_wishes(considered, turn.language)[:CHOICES_MAX], person_button(turn.language)] if considered else []


def build_choices(turn: Turn) -> list[Json]:
    """Up to three buttons from what the gate considered, each once."""
    wishes, other = _build_wishes(_list_considered(turn), turn.language), _something_else(turn)
    return [*wishes[: CHOICES_MAX - 1], other] if other and wishes else wishes[:CHOICES_MAX]


def _list_considered(turn: Turn) -> list[Json]:
    """Routes and topics that the gate thought of, the likeliest first."""
    considered = [turn.gate, *(turn.gate.get("alternatives") or [])]
    named = [{"route": str(one.get("route") or ""), "topic": str(one.get("topic") or "")} for one in considered]
    return [one for one in named if one["route"] not in ("", "nlu_fallback")]


def _build_wishes(considered: list[Json], language: str) -> list[Json]:
    """A button for each wish among them that can be offered, each once."""
    found: dict[str, Json] = {}
    for one in considered:
        made = _choice(one["route"], one["topic"], language)
        if made and made["kind"] != "person":
            found.setdefault(made["title"], made)
    return list(found.values())


def _something_else(turn: Turn) -> Json | None:
    """The way out of our guesses, if the gate offers it."""
    offered = [one.get("route") for one in (turn.gate.get("alternatives") or [])[:CHOICES_MAX]]
    asked = turn.gate.get("decision") == "ask_back"
    return route_button(_NONE_OF_THESE, turn.language) if asked and _NONE_OF_THESE in offered else None


def _choice(route: str, topic: str, language: str) -> Json | None:
    if topic and find_answer(topic, language):
        return topic_button(topic, language, "choice")
    return None if route in (*_NO_CHOICE, _NONE_OF_THESE) else route_button(route, language)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
