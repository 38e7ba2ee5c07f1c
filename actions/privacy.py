"""Wishes about one's own data: started here, finished by the operator. domain/privacy.yml: intent privacy_request
(buttons `/privacy_request{"kind": "show"}`, correct, erase, erase_sure).

Which wish it is, who is asking, a number and a day by which it is done; erasing is asked for twice, because it cannot
be undone. The row is bot.care's; `seva privacy` and the admin pages go on from there.
"""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import button, english_button, order_button, person_button
from actions._faq_answers import topic_button
from actions._hearing import ListeningAction
from actions._records import said_by
from actions._turn import Answer, Json, Reply, Turn
from actions._words import find_keys
from bot.care.models import Wish
from bot.care.records import Asked, record_privacy_request
from bot.language.formats import day
from bot.language.texts import say

ERASE_SURE = "erase_sure"


class ActionAnswerPrivacyRequest(ListeningAction):
    """Starts what somebody wants with their data."""

    action_name = "action_answer_privacy_request"

    def hear_more(self, turn: Turn) -> Answer | None:
        """Nothing: a product in such a message is not what it is about."""
        return None

    def answer(self, turn: Turn) -> Answer:
        if turn.last.get("offer") == "privacy_words" and not turn.pressed:
            return add_words(turn)
        wish = read_wish(turn)
        if wish == ERASE_SURE:
            return start_request(turn, Wish.ERASE)
        if wish == Wish.ERASE:
            return _ask_sure(turn)
        return start_request(turn, Wish(wish)) if wish else _ask_which(turn)


def read_wish(turn: Turn) -> str:
    """The pressed wish, else that of the words; empty if it is not said."""
    if turn.text.startswith("/"):
        pressed = turn.entity("kind")
        return pressed if pressed in (*Wish.values, ERASE_SURE) else ""
    return next(iter(find_keys("privacy", turn.text)), "")


def start_request(turn: Turn, wish: Wish) -> Answer:
    """Writes the wish down and says what happens next and by when."""
    asked = record_privacy_request(said_by(turn), wish)
    language = turn.language
    key = "again" if asked.again else "started"
    parts = [say(f"care.privacy.{key}.{wish}", language, number=asked.number, day=day(asked.due_on, language))]
    parts.append(say("care.privacy.proof_known" if asked.proof else "care.privacy.proof_needed", language))
    if wish == Wish.CORRECT and not asked.again:
        parts.append(say("care.privacy.correct_words", language))
    # What comes next is what is to be corrected, whatever it is understood as.
    offer = "privacy_words" if wish == Wish.CORRECT else ""
    return Answer([Reply(" ".join(parts), _next_buttons(turn, asked))], offer=offer)


def add_words(turn: Turn) -> Answer:
    """What is to be corrected, told after the wish was started."""
    asked = record_privacy_request(said_by(turn), Wish.CORRECT, turn.text)
    values = {"number": asked.number, "day": day(asked.due_on, turn.language)}
    text = say("care.privacy.corrected_words", turn.language, **values)
    made = Answer([Reply(text, _next_buttons(turn, asked))], repeatable=False)
    return replace(made, turn={"route": "privacy_request", "decision": "answer", "reason": None, "topic": None})


def keep_data(turn: Turn) -> Answer:
    """The customer does not want it erased after all."""
    buttons = [*_wish_buttons(turn.language), person_button(turn.language)]
    return Answer([Reply(say("care.privacy.erase_kept", turn.language), buttons)], repeatable=False)


def _ask_which(turn: Turn) -> Answer:
    buttons = [*_wish_buttons(turn.language), person_button(turn.language)]
    if turn.romanised:
        buttons.append(english_button())
    return Answer([Reply(say("care.privacy.ask", turn.language), buttons)])


def _ask_sure(turn: Turn) -> Answer:
    language = turn.language
    yes = button(say("care.privacy.buttons.sure", language), "privacy_request", "choice", kind=ERASE_SURE)
    no = button(say("care.privacy.buttons.keep", language), "deny", "choice")
    buttons = [yes, no, person_button(language)]
    if turn.romanised:
        buttons.append(english_button())
    return Answer([Reply(say("care.privacy.erase_sure", language), buttons)], offer="privacy_erase")


def _wish_buttons(language: str) -> list[Json]:
    return [
        button(say(f"care.privacy.buttons.{wish}", language), "privacy_request", "choice", kind=wish)
        for wish in Wish.values
    ]


def _next_buttons(turn: Turn, asked: Asked) -> list[Json]:
    known = topic_button("privacy.data", turn.language)
    first = [] if asked.proof else [order_button(turn.language)]
    buttons = [*first, person_button(turn.language), *([known] if known else [])]
    return [*buttons, english_button()] if turn.romanised else buttons
