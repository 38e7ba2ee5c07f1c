"""Hears what steers the conversation itself, whatever its route: start over, never mind, go back, a sign, a language.

Called by `_hearing` for messages that were typed. Only short messages are read this way: a longer one has a wish of its
own. Words stand in words_manners.yml (areas manners, stop_words, never_mind_alone, signs).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from actions._buttons import person_button
from actions._complaint_words import kind_buttons
from actions._faq_answers import find_answer, related_buttons
from actions._openings import reply_with, shorten_answer, start_buttons
from actions._speech import find_worded
from actions._turn import Answer, Json, Reply, SkillAction, Turn, forget_wishes, repeat_turn
from actions._words import find_keys, read_area
from bot.language.normalise import normalise
from bot.language.texts import say

WORDS_MAX = 5
_LETTER_OR_DIGIT = re.compile(r"\w")
_QUESTION = re.compile(r"[?؟.!,\s]+")
# What names a thing: then the message is about that thing.
_THINGS = frozenset({"order", "product", "email", "phone", "price_max", "price_min", "kind", "color", "size"})


def hear_manners(turn: Turn) -> Answer | None:
    """The answer to a message that steers the conversation; None for all others."""
    if turn.pressed or not turn.text.strip():
        return None
    if find_worded(turn.text):
        return _answered(switch_language(turn))
    # A task has its own way of stopping, and takes a sign for an answer it cannot read.
    if turn.in_task and (not _LETTER_OR_DIGIT.search(turn.text) or _stops(turn.text)):
        return None
    if not _LETTER_OR_DIGIT.search(turn.text):
        return _answered(_answer_signs(turn))
    # Nothing but such words: a thing that seems to be named by them is a likeness of letters.
    if whole := _whole_words("manners").get(_said(turn.text)):
        return _answered(_MOVES[whole](turn))
    if len(turn.text.split()) > WORDS_MAX or any(one.get("entity") in _THINGS for one in turn.entities):
        return None
    if is_whole(turn.text, "never_mind_alone") or (turn.in_form and is_whole(turn.text, "stop_words")):
        return _answered(_never_mind(turn))
    found = find_keys("manners", turn.text)
    return _answered(_MOVES[found[0]](turn)) if found else None


def switch_language(turn: Turn) -> Answer:
    """Everything goes on in the turn's language: the answer given last, or the open question, which follows by itself.

    What was answered last stays what it was, so that it can be switched again.
    """
    language = turn.language
    again = find_skill(str(turn.last.get("action") or ""))
    if turn.in_form:
        made = Answer([Reply(say("manners.language.form", language))])
    elif again is None or language == turn.last.get("language"):
        key = "manners.language.already" if again else "manners.language.done"
        made = Answer([Reply(say(key, language), start_buttons(language))])
    else:
        made = again().answer(repeat_turn(turn, language))
    last = {**turn.last, "language": language} if turn.last else None
    return replace(made, repeatable=False, last=last, turn={**made.turn, "language": language})


def find_skill(action: str) -> Callable[[], SkillAction] | None:
    """The action of that name. All are imported by now: the SDK loads the whole package before the first call."""
    waiting: list[Any] = [SkillAction]
    while waiting:
        skill = waiting.pop()
        waiting += skill.__subclasses__()
        if action and skill.action_name == action:
            return skill
    return None


def is_whole(text: str, area: str) -> bool:
    """Whether the whole message is one of the area's words."""
    return _said(text) in _whole_words(area)


def _said(text: str) -> str:
    return _QUESTION.sub(" ", normalise(text)).casefold().strip()


@cache
def _whole_words(area: str) -> dict[str, str]:
    """Each word of the area, as `_said` gives it, to its key: the first that has it, or the area where it has none."""
    content = read_area(area)
    lists = content if isinstance(content, dict) else {area: content}
    return {normalise(str(word)).casefold(): key for key, words in reversed(lists.items()) for word in words}


def _stops(text: str) -> bool:
    whole = any(is_whole(text, area) for area in ("stop_words", "never_mind_alone"))
    return whole or bool(find_keys("order_stop", text)) or "never_mind" in find_keys("manners", text)


def _start_over(turn: Turn) -> Answer:
    made = reply_with(turn, say("manners.start_over", turn.language), start_buttons(turn.language))
    return replace(made, slots=forget_wishes(turn), leaves_form=True, last={})


def _never_mind(turn: Turn) -> Answer:
    buttons = [*start_buttons(turn.language), person_button(turn.language)]
    made = reply_with(turn, say("manners.never_mind", turn.language), buttons)
    return replace(made, slots=forget_wishes(turn), leaves_form=True, repeatable=False)


def _go_back(turn: Turn) -> Answer:
    """The answer before the last one; inside a form, the last one, and the form is left."""
    before = turn.last if turn.in_form else turn.last.get("before") or {}
    skill = find_skill(str(before.get("action") or ""))
    if skill is None:
        made = reply_with(turn, say("manners.go_back_start", turn.language), start_buttons(turn.language))
        return replace(made, slots=forget_wishes(turn) if turn.in_form else {}, leaves_form=True, repeatable=False)
    made = skill().answer(repeat_turn(turn, turn.language, before))
    first, *others = made.replies
    text = say("manners.go_back", turn.language, answer=first.text)
    last = {name: value for name, value in before.items() if name not in ("said", "offer")}
    return replace(made, replies=[replace(first, text=text), *others], leaves_form=True, repeatable=False, last=last)


def _menu(turn: Turn) -> Answer:
    buttons = [*start_buttons(turn.language), person_button(turn.language)]
    return replace(reply_with(turn, say("manners.menu", turn.language), buttons), repeatable=False)


def _explain(turn: Turn) -> Answer:
    """What was said, shorter, with what belongs to it and a person."""
    found = find_answer(str(turn.last.get("topic") or ""), turn.language)
    if found is None:
        buttons = [*start_buttons(turn.language), person_button(turn.language)]
        return replace(reply_with(turn, say("manners.explain_nothing", turn.language), buttons), repeatable=False)
    buttons = [*related_buttons(found, turn.language), person_button(turn.language)]
    text = say("manners.explain", turn.language, short=shorten_answer(found.answer))
    return replace(reply_with(turn, text, buttons), turn={"topic": str(turn.last.get("topic"))}, repeatable=False)


_MOVES: dict[str, Callable[[Turn], Answer]] = {
    "start_over": _start_over, "never_mind": _never_mind, "go_back": _go_back, "menu": _menu, "explain": _explain,
}  # fmt: skip


def _answer_signs(turn: Turn) -> Answer:
    """Emoji and punctuation by themselves."""
    language = turn.language
    kinds = [key for key, signs in read_area("signs").items() if any(str(sign) in turn.text for sign in signs)]
    person = person_button(language)
    if not turn.in_form and kinds and (offer := turn.last.get("offer")) and (skill := _reply_to(str(offer), kinds)):
        return skill().answer(turn)
    if "bad" in kinds:
        return _plain(turn, "manners.frown", [*kind_buttons(language, 4), person], offer="person")
    if kinds:
        return _plain(turn, "manners.smile", start_buttons(language))
    if not _QUESTION.sub("", turn.text):
        known = find_answer(str(turn.last.get("topic") or ""), language)
        if turn.last.get("action"):
            related = related_buttons(known, language) if known else start_buttons(language)
            return _plain(turn, "manners.still_here", [*related, person])
        return _plain(turn, "manners.still_here_new", [*start_buttons(language), person])
    return _plain(turn, "manners.picture_only", [*start_buttons(language), person])


def _reply_to(offer: str, kinds: list[str]) -> Callable[[], SkillAction] | None:
    """A thumb after an offer of ours is a yes or a no to it; an angry face is more than a no."""
    if "good" in kinds:
        return find_skill("action_answer_affirm")
    return find_skill("action_answer_deny") if "bad" in kinds and offer in ("feedback", "not_helped") else None


def _plain(turn: Turn, key: str, buttons: list[Json], offer: str = "") -> Answer:
    # In a form its own question follows by itself.
    return Answer([Reply(say(key, turn.language), [] if turn.in_form else buttons)], offer=offer, repeatable=False)


def _answered(answer: Answer) -> Answer:
    """The message was not understood by its route, but it has been understood now."""
    return replace(answer, turn={"decision": "answer", "reason": None, **answer.turn})
