"""The questions of each wish, in their order. A step is asked if it is needed and not answered yet."""

from __future__ import annotations

from collections.abc import Callable

from actions._order_job import Job, Option, Step
from actions._order_reading import read_address, read_code, read_quantity
from actions._order_words import word_line, word_lines
from bot.language.formats import money
from bot.language.texts import say
from bot.shop.order_rules import FAULTS, RETURN_FEE
from bot.shop.order_story import is_cash
from bot.shop.port import LineChange, Variant

REASONS = ("size", "disliked", "damaged", "defective", "wrong_item", "other")


def task_text(key: str, language: str, **values: object) -> str:
    """A text of this area."""
    return say(f"order_tasks.{key}", language, **values)


def name_variant(variant: Variant | None) -> str:
    """`L / Blue`."""
    return " / ".join(variant.options) if variant else ""


def chosen_variant(job: Job) -> Variant | None:
    """The size or colour that the customer wants instead."""
    return next((one for one in job.variants if one.sku == job.data.get("variant")), None)


def read_change(job: Job) -> LineChange:
    """What shall become of the item."""
    kind, position = job.data.get("item_change"), job.line.position
    if kind == "remove":
        return LineChange(position, quantity=0)
    if kind == "quantity":
        return LineChange(position, quantity=int(job.data["quantity"]))
    return LineChange(position, sku=job.data["variant"])


def _ask_way(job: Job, language: str) -> str:
    """With a word on the photo, once it is known that something is wrong with the item."""
    text = task_text("way.ask", language)
    wanted = job.data.get("reason") in FAULTS and not job.has_photo
    return "\n".join([text, task_text("photo.wanted", language)]) if wanted else text


def _titles(step: str, values: Callable[[Job], list[str]]) -> Callable[[Job, str], list[Option]]:
    return lambda job, language: [Option(one, task_text(f"{step}.{one}", language)) for one in values(job)]


def _ask(key: str) -> Callable[[Job, str], str]:
    return lambda job, language: task_text(key, language, order=job.order.name)


def _about_item(key: str) -> Callable[[Job, str], str]:
    return lambda job, language: task_text(key, language, item=word_line(job.line, language))


def _line_options(job: Job, language: str) -> list[Option]:
    return [Option(str(one.position), word_line(one, language)) for one in job.order.lines]


def _variant_options(job: Job, language: str) -> list[Option]:
    return [Option(one.sku, name_variant(one)) for one in job.variants]


def _ways(job: Job) -> list[str]:
    reason = job.data.get("reason", "")
    other = ["exchange"] if job.variants else []
    return ["replacement", "refund"] if reason in FAULTS else [*other, "refund"]


def _refunds(job: Job) -> list[str]:
    return ["bank", "points"] if is_cash(job.order) else ["same", "points"]


def _item_changes(job: Job) -> list[str]:
    found = ["quantity", "variant" if job.variants else "", "remove" if len(job.order.lines) > 1 else ""]
    return [one for one in found if one]


def _confirm_cancel(job: Job, language: str) -> str:
    values = {"order": job.order.name, "items": word_lines(job.order.lines, language)}
    return task_text("cancel.confirm", language, amount=money(job.order.total, language), **values)


def _confirm_change(job: Job, language: str) -> str:
    if job.data.get("what") == "address":
        return task_text("change.confirm_address", language, order=job.order.name, address=job.data["address"])
    item, kind = word_line(job.line, language), job.data["item_change"]
    values = {"quantity": job.data.get("quantity", ""), "variant": name_variant(chosen_variant(job))}
    return task_text(f"change.confirm_{kind}", language, item=item, order=job.order.name, **values)


def _confirm_return(job: Job, language: str) -> str:
    way, reason = job.data["way"], job.data["reason"]
    item = word_line(job.line, language)
    lines = [task_text(f"return.confirm_{way}", language, item=item, variant=name_variant(chosen_variant(job)))]
    lines.append(task_text(f"handover.told.{job.data['handover']}", language))
    if way == "refund":
        lines.append(task_text(f"refund_to.told.{job.data['refund_to']}", language))
        if reason not in FAULTS:
            lines.append(task_text("return.fee", language, amount=money(RETURN_FEE, language)))
    return "\n".join([*lines, task_text("return.confirm", language)])


def _always(job: Job) -> bool:
    return True


def _several(job: Job) -> bool:
    return len(job.order.lines) > 1


def _yes_no(confirm: str) -> Callable[[Job, str], list[Option]]:
    return lambda job, language: [
        Option("yes", task_text(f"{confirm}.yes", language)), Option("no", task_text(f"{confirm}.no", language)),
    ]  # fmt: skip


_CODE = Step("code", lambda job: "confirmed" not in job.data, _ask("code.ask"), read=read_code)
_LINE = Step("line", _several, _ask("line.ask"), _line_options)

STEPS: dict[str, tuple[Step, ...]] = {
    "order_cancel": (
        Step("confirm", _always, _confirm_cancel, _yes_no("cancel")),
        _CODE,
    ),
    "order_change": (
        Step("what", _always, _ask("what.ask"), _titles("what", lambda job: ["address", "items"]), "order_what"),
        Step("address", lambda job: job.data.get("what") == "address", _ask("address.ask"), read=read_address),
        Step(
            "line", lambda job: _several(job) and job.data.get("what") == "items", _ask("line.ask_change"),
            _line_options,
        ),
        Step(
            "item_change", lambda job: job.data.get("what") == "items", _about_item("item_change.ask"),
            _titles("item_change", _item_changes), "order_item_change",
        ),
        Step(
            "quantity", lambda job: job.data.get("item_change") == "quantity", _about_item("quantity.ask"),
            read=read_quantity,
        ),
        Step(
            "variant", lambda job: job.data.get("item_change") == "variant", _about_item("variant.ask"),
            _variant_options,
        ),
        Step("confirm", _always, _confirm_change, _yes_no("change")),
        _CODE,
    ),
    "return_request": (
        _LINE,
        Step(
            "reason", _always, _about_item("reason.ask"), _titles("reason", lambda job: [*REASONS]), "order_reasons",
        ),
        Step("way", lambda job: len(_ways(job)) > 1, _ask_way, _titles("way", _ways), "order_ways"),
        Step("variant", lambda job: job.data.get("way") == "exchange", _about_item("variant.ask"), _variant_options),
        Step(
            "handover", _always, _ask("handover.ask"),
            _titles("handover", lambda job: ["pickup", "post", "store"]), "order_handovers",
        ),
        Step(
            "refund_to", lambda job: job.data.get("way", "refund") == "refund", _ask("refund_to.ask"),
            _titles("refund_to", _refunds), "order_refunds",
        ),
        Step("confirm", _always, _confirm_return, _yes_no("return")),
        _CODE,
    ),
}  # fmt: skip
# What has to be asked again when an answer is corrected.
DEPENDS: dict[str, tuple[str, ...]] = {
    "line": ("reason", "way", "variant", "item_change", "quantity", "refund_to"),
    "reason": ("way", "variant", "refund_to"),
    "way": ("variant", "refund_to"), "what": ("address", "line", "item_change", "quantity", "variant"),
    "item_change": ("quantity", "variant"),
}  # fmt: skip


def _settle_way(job: Job) -> None:
    """The way out, now that the reason is known: what was said before has to be possible; the only one is taken."""
    ways = _ways(job)
    if job.data.get("way") not in ways:
        job.data.pop("way", None)
    if len(ways) == 1:
        job.data.setdefault("way", ways[0])


def next_step(job: Job) -> Step | None:
    """The first step that is needed and not answered; None if all is known. Fills in what has only one answer."""
    for step in STEPS[job.wish]:
        if step.name == "way" and "reason" in job.data:
            _settle_way(job)
        if step.name not in job.data and step.needed(job):
            return step
    return None
