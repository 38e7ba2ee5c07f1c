"""The step of the one-time code: sends it, reads it, sends it again, and gives up to a person kindly."""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import button, person_button
from actions._handing import hand_off
from actions._order_effects import do_wish
from actions._order_job import TASK, Job, Step
from actions._order_reading import read_code, read_pressed
from actions._order_steps import task_text
from actions._turn import Answer, Json, Reply, Turn
from actions._words import find_keys
from bot.shop.codes import Sending, Sent, Trying, check_code, send_code


def ask_code(job: Job, step: Step, turn: Turn, again: bool) -> Answer:
    """Sends a code and asks for it; `again`: one is on its way, and is only asked for."""
    if again:
        return _reply(job, turn, task_text("code.waiting", turn.language))
    sent = send_code(turn.conversation, turn.contact, job.order, turn.language, turn.message_id)
    return _tell(job, turn, sent)


def take_code(job: Job, turn: Turn) -> Answer | None:
    """The answer to a typed code or to "send it again"; None if the message is neither."""
    if wants_code_again(job, turn):
        sent = send_code(turn.conversation, turn.contact, job.order, turn.language, turn.message_id)
        return _tell(job, turn, sent)
    said = "" if turn.pressed else read_code(job, turn)
    if not said:
        return None
    tried = check_code(turn.conversation, job.order, said, turn.message_id)
    if tried == Trying.RIGHT:
        job.data["confirmed"] = "yes"
        return do_wish(job, turn)
    return _reply(job, turn, task_text("code.wrong" if tried == Trying.WRONG else "code.over", turn.language))


def wants_code_again(job: Job, turn: Turn) -> bool:
    """ "Send it again", in words or by button."""
    if job.step != "code":
        return False
    if turn.pressed:
        return read_pressed(turn) == ("code", "again")
    return not read_code(job, turn) and bool(find_keys("order_code_again", turn.text))


def _tell(job: Job, turn: Turn, sent: Sent) -> Answer:
    if sent.outcome in (Sending.NO_ADDRESS, Sending.TOO_MANY):
        answer = hand_off(turn, "identity_failed", task_text(f"code.{sent.outcome}", turn.language))
        return replace(answer, slots={TASK: None})
    if sent.outcome == Sending.TOO_SOON:
        return _reply(job, turn, task_text("code.too_soon", turn.language))
    return _reply(job, turn, task_text(f"code.sent_{sent.way}", turn.language, address=sent.hint))


def _reply(job: Job, turn: Turn, text: str) -> Answer:
    job.step = "code"
    language = turn.language
    again = task_text("buttons.code_again", language)
    buttons: list[Json] = [
        button(again, job.wish, "choice", order=job.order.name, choice="code:again"),
        button(task_text("buttons.stop", language), job.wish, "choice", choice="stop:"), person_button(language),
    ]  # fmt: skip
    return Answer([Reply(text, buttons)], turn={"order": job.order.name}, slots=job.keep(), repeatable=False)
