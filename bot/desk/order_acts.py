"""What an agent has the shop do with an order: cancel it, note a return. By the shop's rules, and written down.

Only orders that this conversation has proved, only by the agent who has it. The form's key names the act: the same key
again is the same act, at the shop (which keys its changes) and in the record. An act whose outcome is not known yet
(`begun`: a crash, a silent shop) is carried out again with its key and has one effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from bot.care.models import OrderAct
from bot.config import config
from bot.conversations.handoffs import Agent, name_agent
from bot.conversations.models import Conversation
from bot.errors import ShopRefused
from bot.language.formats import money
from bot.shop.clock import today
from bot.shop.identity import find_verified
from bot.shop.order_rules import FAULTS, is_returnable, refuse_cancel, refuse_return
from bot.shop.order_story import RETURN_DAYS, RETURN_DAYS_ELECTRONICS
from bot.shop.port import Line, Order, ReturnWish
from bot.shop.return_talks import note_talk
from bot.shop.shops import open_shop

REASONS = ("size", "disliked", "damaged", "defective", "wrong_item", "other")
WAYS = ("refund", "replacement")
HANDOVERS = ("pickup", "post", "store")
DONE, BEGUN = "done", "begun"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the agent has asked for: `what` is cancel or return, the rest is a return's."""

    what: str
    order: str
    position: int = 0
    reason: str = ""
    way: str = ""
    handover: str = "pickup"


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be done with an order now: `cancel` and `back` are the shop's reason for its no, or empty."""

    order: Order
    cancel: str = ""
    back: str = ""
    lines: tuple[Line, ...] = field(default=())


def find_choices(conversation: Conversation, number: str) -> Choices | None:
    """None if the conversation has not proved that order. Raises ShopUnavailable."""
    order = find_verified(str(conversation.pk), number)
    if order is None:
        return None
    noted = {one.position for one in open_shop().list_returns(order.name)}
    lines = tuple(line for line in order.lines if line.position not in noted)
    return Choices(order, _ask(lambda: refuse_cancel(order)), _ask(lambda: refuse_return(order, bool(noted))), lines)


def check_return(order: Order, wanted: Wanted) -> Line:
    """The line that may come back for this reason, as far as the rules let an agent go.

    A customer has some days; what is damaged, defective or wrong an agent takes back later too (texts: `too_late`).
    Raises: ShopRefused with `unknown`, `not_returnable` or `too_late`.
    """
    line = next((one for one in order.lines if one.position == wanted.position), None)
    if line is None or wanted.reason not in REASONS or wanted.way not in WAYS or wanted.handover not in HANDOVERS:
        raise ShopRefused("unknown")
    if not is_returnable(line, wanted.reason):
        raise ShopRefused("not_returnable")
    arrived = max((parcel.delivered_at for parcel in order.parcels if parcel.delivered_at), default=None)
    days = RETURN_DAYS_ELECTRONICS if "electronics" in line.tags else RETURN_DAYS
    if arrived and wanted.reason not in FAULTS:
        last = arrived.astimezone(ZoneInfo(config().shop_timezone)).date() + timedelta(days=days)
        if today() > last:
            raise ShopRefused("too_late")
    return line


def act(conversation: Conversation, agent: Agent, wanted: Wanted, key: str) -> OrderAct:
    """Has the shop do it and writes down who did; the same key again gives the first act.

    The outcome is `done`, or the shop's reason for its no. Raises: ShopRefused (`unknown`) if the conversation has not
    proved the order or the key is another act's; ShopUnavailable (it stays `begun`; repeating with the key helps).
    """
    choices = find_choices(conversation, wanted.order)
    if choices is None:
        raise ShopRefused("unknown")
    record = _record(conversation, agent, wanted, key)
    if record.outcome != BEGUN:
        return record
    try:
        result = _carry_out(conversation, choices.order, wanted, record)
    except ShopRefused as refused:
        OrderAct.objects.filter(pk=record.pk, outcome=BEGUN).update(outcome=refused.reason[:40])
        record.refresh_from_db()
        return record
    OrderAct.objects.filter(pk=record.pk, outcome=BEGUN).update(outcome=DONE, result=result[:100])
    record.refresh_from_db()
    return record


def _carry_out(conversation: Conversation, order: Order, wanted: Wanted, record: OrderAct) -> str:
    key, by = record.key, record.agent_name
    if wanted.what == "cancel":
        changed = open_shop().cancel_order(order.name, key=key, by=by)
        return money(-changed.difference, "en") if changed.difference else ""
    check_return(order, wanted)
    refund_to = "same" if wanted.way == "refund" else ""
    wish = ReturnWish(wanted.position, wanted.reason, wanted.way, wanted.handover, refund_to)
    case = open_shop().request_return(order.name, wish, key=key, by=by)
    last = conversation.messages.order_by("-id").values_list("pk", flat=True).first() or 0
    note_talk(case.number, order.name, str(conversation.pk), "", str(last))
    return case.number


@transaction.atomic
def _record(conversation: Conversation, agent: Agent, wanted: Wanted, key: str) -> OrderAct:
    detail = {"position": wanted.position, "reason": wanted.reason, "way": wanted.way, "handover": wanted.handover}
    values = {
        "conversation": str(conversation.pk),
        "contact": str(conversation.contact_id),
        "order": wanted.order,
        "what": wanted.what,
        "detail": detail if wanted.what == "return" else {},
        "agent": agent.get_username()[:150],
        "agent_name": name_agent(agent),
        "at": timezone.now(),
    }
    record, _ = OrderAct.objects.get_or_create(key=key, defaults=values)
    if (record.conversation, record.order, record.what) != (values["conversation"], wanted.order, wanted.what):
        raise ShopRefused("unknown")
    return record


def _ask(rule: Callable[[], None]) -> str:
    try:
        rule()
    except ShopRefused as refused:
        return refused.reason
    return ""
