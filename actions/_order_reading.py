"""Reads a customer's answer to a step's question: a button, a number of the list, its words. Pure."""

from __future__ import annotations

import re

from actions._order_job import Job, Option, Step
from actions._turn import Turn
from actions._words import find_in_order, find_keys
from bot.language.fold import fold
from bot.language.normalise import normalise

# A longer message is no bare choice by number or yes.
CHOICE_WORDS_MAX = 6
UNDERSTOOD_WORDS_MAX = 3
_NUMBER = re.compile(r"(?<![\d.-])(\d{1,2})(?![\d.-])")
_CODE = re.compile(r"(?<!\d)(\d{3})[\s-]?(\d{3})(?!\d)")
_PIN = re.compile(r"(?<!\d)[1-9]\d{2}\s?\d{3}(?!\d)")
ADDRESS_MAX = 300


def read_pressed(turn: Turn) -> tuple[str, str]:
    """(step, value) of a pressed button of ours; empty if it is none."""
    step, _, value = turn.entity("choice").partition(":")
    return step, value


def read_step(job: Job, step: Step, turn: Turn, action: str, language: str, *, numbers: bool = True) -> str:
    """The value that answers the step, or an empty text. `numbers`: whether a bare number may choose."""
    if turn.pressed:
        named, value = read_pressed(turn)
        known = {one.value for one in step.options(job, language)}
        if not named and "yes" in known:
            return _yes_or_no(action, turn) if action in _BARE else ""
        return value if named == step.name and value in known else ""
    options = step.options(job, language)
    if step.name == "confirm":
        return _yes_or_no(action, turn)
    asks = is_digression(turn, action)
    if asks and not is_brief_answer(turn):
        return step.read(job, turn)
    found = _by_words(step, options, turn) or ("" if asks else _by_title(options, turn))
    if not found and numbers:
        found = _by_number(options, turn)
    return found or step.read(job, turn)


def read_instead(job: Job, step: Step, turn: Turn) -> str:
    """The value, of a short message that was understood as another wish but says an answer word for word."""
    if turn.pressed or is_question(turn.text) or len(turn.text.split()) > CHOICE_WORDS_MAX:
        return ""
    return _by_words(step, step.options(job, turn.language), turn)


def read_ahead(job: Job, step: Step, turn: Turn, action: str) -> str:
    """The value of a step that was not asked yet, if the words say it."""
    if is_digression(turn, action) and not is_brief_answer(turn):
        return ""
    if step.name == "way" and "reason" not in job.data:
        # Which ways there are hangs on the reason; one that turns out not to be possible is asked for then.
        return next(iter(find_in_order(step.area, turn.text)), "")
    options = step.options(job, turn.language)
    return _by_words(step, options, turn) if step.area else _by_title(options, turn)


def is_digression(turn: Turn, action: str) -> bool:
    """Whether a message understood as a question is one, and no answer that sounds like a topic ("it came broken")."""
    if action not in _ASKING:
        return False
    topic = str(turn.gate.get("topic") or "")
    return is_question(turn.text) or bool(topic and not topic.startswith(_NEAR_TOPICS))


def is_brief_answer(turn: Turn) -> bool:
    """Whether a short message, though taken for a question, asks nothing: while ours is open, it may well answer it."""
    short = len(turn.text.split()) <= CHOICE_WORDS_MAX
    return short and not turn.pressed and not is_question(turn.text) and not find_keys("order_matters", turn.text)


def is_question(text: str) -> bool:
    """Asked with a sign or a word of asking."""
    return "?" in text or bool(find_keys("order_asking", text))


def read_code(job: Job, turn: Turn) -> str:
    """Six digits."""
    found = _CODE.search(normalise(turn.text))
    return "".join(found.groups()) if found else ""


def read_quantity(job: Job, turn: Turn) -> str:
    """How many, 1 to 20."""
    found = _NUMBER.search(normalise(turn.text))
    return found.group(1) if found and 1 <= int(found.group(1)) <= 20 else ""


def read_address(job: Job, turn: Turn) -> str:
    """An address: something with a PIN code (in India) and more than that; abroad a house number and three words."""
    text = " ".join(normalise(turn.text).split())[:ADDRESS_MAX]
    words = [word for word in re.split(r"[\s,]+", text) if word]
    if text.endswith("?") or len(words) < 3:
        return ""
    home = job.order.country_code in ("", "IN")
    enough = _PIN.search(text) if home else any(char.isdigit() for char in text)
    return text if enough else ""


def find_pin(text: str) -> str:
    """The PIN code in an address."""
    found = _PIN.search(text)
    return found.group(0).replace(" ", "") if found else ""


# A question about something else, even if it holds a word of a choice.
_ASKING = frozenset({"action_answer_faq", "action_search_products", "action_answer_product"})
# Topics that the answers to our own questions sound like.
_NEAR_TOPICS = ("return.", "exchange.", "refund.method", "product.")
_UNCLEAR = frozenset({"action_ask_back", "action_answer_out_of_scope", "action_answer_thanks"})
_BARE = {"action_answer_affirm": "yes", "action_answer_deny": "no"}


def _yes_or_no(action: str, turn: Turn) -> str:
    if action in _BARE:
        return _BARE[action]
    # A message that was understood as something else has to be short to be a yes.
    longest = CHOICE_WORDS_MAX if action in _UNCLEAR else UNDERSTOOD_WORDS_MAX
    if "?" in turn.text or len(turn.text.split()) > longest:
        return ""
    return next(iter(find_in_order("order_yes_no", turn.text)), "")


def _by_words(step: Step, options: list[Option], turn: Turn) -> str:
    if not step.area:
        return ""
    known = {one.value for one in options}
    return next((key for key in find_in_order(step.area, turn.text) if key in known), "")


def _by_title(options: list[Option], turn: Turn) -> str:
    """The one option whose title shares most words with the message, if it is one."""
    said = set(fold(normalise(turn.text)).split())
    scores = {one.value: len(said & set(fold(one.title).split())) for one in options}
    best = max(scores.values(), default=0)
    named = [value for value, score in scores.items() if score == best]
    return named[0] if best and len(named) == 1 else ""


def _by_number(options: list[Option], turn: Turn) -> str:
    text = normalise(turn.text)
    if not options or len(text.split()) > CHOICE_WORDS_MAX:
        return ""
    if found := _NUMBER.search(text):
        place = int(found.group(1))
        return options[place - 1].value if 1 <= place <= len(options) else ""
    ordinals = find_in_order("order_places", text)
    place = int(ordinals[0]) if ordinals else 0
    return options[place - 1].value if 1 <= place <= len(options) else ""
