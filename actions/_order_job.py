"""One wish about one order, served over several turns: what is known of it, and what a step of it is.

The slot `orders_task` holds {"wish", "order", "step", "data", "misses", "since", "has_photo"}: only what the customer
said. The order is read anew each turn through `bot.shop.identity`, so that a verification that has ended ends the wish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from actions._buttons import button
from actions._turn import Json, Reply, Turn
from bot.language.texts import say
from bot.shop.order_story import RETURN_DAYS, RETURN_DAYS_ELECTRONICS
from bot.shop.port import Line, Order, Variant
from bot.shop.shops import open_shop

TASK = "orders_task"


@dataclass(frozen=True)
class Option:
    """One of the answers to a step's question."""

    value: str
    title: str


@dataclass
class Job:
    """The wish with its order; `data` is step -> value. `since` is the message that began it; `has_photo`: a picture of
    the item has come.
    """

    wish: str
    order: Order
    data: dict[str, str] = field(default_factory=dict)
    step: str = ""
    misses: int = 0
    since: str = ""
    has_photo: bool = False

    @cached_property
    def line(self) -> Line:
        """The item that is meant; the only one where there is one."""
        wanted = self.data.get("line")
        return next((one for one in self.order.lines if str(one.position) == wanted), self.order.lines[0])

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Other sizes and colours of the item that can be had now. Raises ShopUnavailable."""
        found = open_shop().list_variants(self.line)
        return tuple(one for one in found if one.available and one.sku and one.sku != self.line.sku)

    @property
    def return_days(self) -> int:
        """How long the item may come back after delivery."""
        return RETURN_DAYS_ELECTRONICS if "electronics" in self.line.tags else RETURN_DAYS

    def keep(self) -> Json:
        """The slot."""
        slot = {"wish": self.wish, "order": self.order.name, "step": self.step, "data": self.data}
        return {TASK: {**slot, "misses": self.misses, "since": self.since, "has_photo": self.has_photo}}


@dataclass(frozen=True)
class Step:
    """One question. `options`: what may be answered; `area`: words (words_orders.yml) that mean an option;
    `read`: reads a free answer, empty if it is none."""

    name: str
    needed: Callable[[Job], bool]
    text: Callable[[Job, str], str]
    options: Callable[[Job, str], list[Option]] = lambda job, language: []
    area: str = ""
    read: Callable[[Job, Turn], str] = lambda job, turn: ""


def ask_step(job: Job, step: Step, language: str) -> Reply:
    """The step's question; its options numbered in words and as buttons."""
    options = step.options(job, language)
    text = step.text(job, language)
    if len(options) > 2:
        text = "\n".join([text, *(f"{place}. {one.title}" for place, one in enumerate(options, start=1))])
    buttons = [
        button(one.title, job.wish, "choice", order=job.order.name, choice=f"{step.name}:{one.value}")
        for one in options[:10]
    ]
    stop = button(say("order_tasks.buttons.stop", language), job.wish, "choice", choice="stop:")
    return Reply(text, [*buttons, stop])
