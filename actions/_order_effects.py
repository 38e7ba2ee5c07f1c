"""Does what a customer has wished, confirmed and proved, through the shop's port, and tells what came of it.

The only place where an action changes an order. Each change carries the key conversation, message, action.
"""

from __future__ import annotations

from datetime import timedelta

from actions._buttons import button, person_button
from actions._order_job import TASK, Job
from actions._order_photos import build_record
from actions._order_reading import find_pin
from actions._order_steps import read_change, task_text
from actions._order_words import word_line
from actions._turn import Answer, Reply, Turn
from bot.errors import ShopRefused
from bot.language.formats import day, money
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import has_text, say
from bot.shop.clock import today
from bot.shop.order_rules import FAULTS, is_returnable
from bot.shop.order_story import build_story, is_cash
from bot.shop.port import Address, Changed, ReturnWish
from bot.shop.return_talks import note_talk
from bot.shop.shops import open_shop


def do_wish(job: Job, turn: Turn) -> Answer:
    """The change and its confirmation; or why the shop refused it, and what is possible instead."""
    key = f"{turn.conversation}:{turn.message_id}:{job.wish}"
    try:
        text = _DEEDS[job.wish](job, turn, key)
    except ShopRefused as refused:
        return _refusal(job, turn, refused.reason)
    language = turn.language
    status = button(say("orders.buttons.status", language), "order_status", "choice", order=job.order.name)
    return Answer(
        [Reply(text, [status, person_button(language)])], turn=build_record(job), slots={TASK: None},
        repeatable=False,
    )  # fmt: skip


def _cancel(job: Job, turn: Turn, key: str) -> str:
    language = turn.language
    changed = open_shop().cancel_order(job.order.name, key=key)
    return "\n".join([task_text("cancel.done", language, order=job.order.name), *_money_lines(job, changed, language)])


def _change(job: Job, turn: Turn, key: str) -> str:
    language = turn.language
    if job.data.get("what") == "address":
        changed = open_shop().change_address(job.order.name, _address(job), key=key)
        return task_text("change.done_address", language, order=job.order.name, address=job.data["address"])
    changed = open_shop().change_items(job.order.name, [read_change(job)], key=key)
    items = ", ".join(word_line(line, language) for line in changed.order.lines)
    total = money(changed.order.total, language)
    done = task_text("change.done_items", language, order=job.order.name, items=items, amount=total)
    return "\n".join([done, *_difference_lines(changed, language)])


def _return(job: Job, turn: Turn, key: str) -> str:
    language = turn.language
    wish = ReturnWish(
        position=job.line.position, reason=job.data["reason"], way=job.data["way"], handover=job.data["handover"],
        refund_to=job.data.get("refund_to", ""), exchange_sku=job.data.get("variant", ""),
    )  # fmt: skip
    case = open_shop().request_return(job.order.name, wish, key=key)
    note_talk(case.number, job.order.name, turn.conversation, job.since, turn.message_id)
    lines = [task_text("return.done", language, number=case.number, item=word_line(job.line, language))]
    lines.append(task_text(f"handover.next.{case.handover}", language, number=case.number))
    if job.data["reason"] in FAULTS:
        key = "photo.kept" if job.has_photo else "return.photo"
        lines.append(task_text(key, language, number=case.number))
    lines.append(task_text(f"return.then_{case.way}", language))
    return "\n".join(lines)


_DEEDS = {"order_cancel": _cancel, "order_change": _change, "return_request": _return}


def _money_lines(job: Job, changed: Changed, language: str) -> list[str]:
    if not changed.difference:
        return [say("orders.extra.refund_none_taken", language)]
    amount = money(-changed.difference, language)
    return [task_text("cancel.refund", language, amount=amount, method=job.order.payment_method)]


def _difference_lines(changed: Changed, language: str) -> list[str]:
    difference = changed.difference
    if not difference or changed.order.paid_at is None or is_cash(changed.order):
        return []
    key = "change.pay" if difference > 0 else "change.back"
    return [task_text(key, language, amount=money(abs(difference), language))]


def _address(job: Job) -> Address:
    old, text = job.order.address, job.data["address"]
    pin = find_pin(text) or old.zip_code
    parts = [part.strip() for part in text.replace(pin, "").split(",") if part.strip(" -.")]
    city = parts.pop().strip(" -.") if len(parts) > 1 else old.city
    return Address(old.recipient, ", ".join(parts), city, pin, old.province, old.country_code)


def find_hindrance(job: Job, language: str) -> str:
    """Why this item cannot come back for that reason; empty if it can, or if it is not known yet."""
    reason = job.data.get("reason", "")
    if job.wish != "return_request" or not reason or reason in FAULTS:
        return ""
    item = word_line(job.line, language)
    if not is_returnable(job.line, reason):
        return task_text("return.not_returnable", language, item=item)
    arrived = build_story(job.order, today()).delivered_on
    last = arrived + timedelta(days=job.return_days) if arrived else None
    if last and today() > last:
        return task_text("return.too_late", language, item=item, day=day(last, language))
    return ""


def _refusal(job: Job, turn: Turn, reason: str) -> Answer:
    key = f"order_tasks.refused.{reason}"
    key = key if has_text(key, DEFAULT_LANGUAGE) else "order_tasks.refused.other"
    return refuse(job, turn, say(key, turn.language, order=job.order.name))


def refuse(job: Job, turn: Turn, text: str) -> Answer:
    """Not possible, and a person who may know a way."""
    return Answer(
        [Reply(text, [person_button(turn.language)])], turn={"order": job.order.name}, slots={TASK: None},
        offer="person", repeatable=False,
    )  # fmt: skip
