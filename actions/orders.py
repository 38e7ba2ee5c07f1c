"""Order status: asks for number and e-mail or phone, checks that they belong together, and tells the order's story.

domain/orders.yml: form orders_status_form with slots orders_number and orders_contact; orders_refused (a pair that did
not fit); orders_wish (what the order is looked up for). What is verified stands in the database (bot.shop.identity);
the slots only hold what was said.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async
from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction

from actions._buttons import button, english_button, person_button
from actions._faq_answers import topic_button
from actions._handing import hand_off
from actions._order_guard import ShopAction
from actions._order_job import TASK
from actions._order_list import choose_from
from actions._order_words import tell_story
from actions._turn import Answer, Json, Reply, SkillAction, Turn, read_turn
from actions._words import find_keys
from actions.order_wishes import WISHES, answer_wish, find_order
from bot.errors import ShopUnavailable
from bot.language.normalise import normalise
from bot.language.texts import say
from bot.shop.clock import today
from bot.shop.identity import (
    check_identity,
    find_verified,
    is_locked,
    list_own_orders,
    list_verified,
    list_verified_names,
)
from bot.shop.order_story import Story, build_story
from bot.shop.phones import parse_email, parse_phone
from bot.shop.port import Order

LIST = "order_list"
NUMBER, CONTACT, WISH, REFUSED = "orders_number", "orders_contact", "orders_wish", "orders_refused"
CLEARED: Json = {NUMBER: None, CONTACT: None, WISH: None, REFUSED: None}
_NUMBER = re.compile(r"(?i)\b(?:[a-z]{1,5}[\s#-]*)?\d{3,10}\b")
# Entities whose digits are no order's number.
_OTHER_NUMBERS = frozenset({"price_max", "price_min", "quantity", "size", "phone", "email"})
# What is offered after the story, by state.
_NEXT_TOPICS = {
    "delivered": ("delivery.not_received", "return.how"), "delayed": ("delivery.delayed",),
    "attempted": ("delivery.missed",), "in_transit": ("delivery.delayed",), "ready_for_pickup": ("pickup.store",),
    "payment_failed": ("payment.failed",), "awaiting_payment": ("payment.upi", "payment.failed"),
    "return_in_progress": ("refund.time",), "return_requested": ("return.how",), "returned": ("refund.time",),
    "cancelled": ("refund.time",), "investigation": ("delivery.not_received",), "split": ("delivery.delayed",),
}  # fmt: skip


class ActionAskOrdersNumber(SkillAction):
    """Asks for the order's number."""

    action_name = "action_ask_orders_number"

    def answer(self, turn: Turn) -> Answer:
        return _ask(turn, "orders.ask_number")


class ActionAskOrdersContact(SkillAction):
    """Asks for e-mail or phone."""

    action_name = "action_ask_orders_contact"

    def answer(self, turn: Turn) -> Answer:
        refused = turn.slots.get(REFUSED)
        if isinstance(refused, dict):
            now = refused.get("message_id") == turn.message_id
            return _ask(turn, "orders.refused" if now else "orders.ask_contact_again")
        return _ask(turn, "orders.ask_contact")


class ValidateOrdersStatusForm(FormValidationAction):
    """Reads what was said, and checks the pair as soon as both are there."""

    def name(self) -> str:
        """The name in the domain."""
        return "validate_orders_status_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> list[str]:
        """Nothing is asked for that a verified order, or a lock, makes needless."""
        return await sync_to_async(_needed_now)(read_turn(tracker))

    async def extract_orders_number(self, dispatcher: Any, tracker: Tracker, domain: Any) -> Json:
        """A number typed when it was asked for, in a form that the pipeline does not know."""
        if tracker.get_slot(REQUESTED_SLOT) != NUMBER or read_turn(tracker).entity("order"):
            return {}
        found = _NUMBER.search(_without_amounts(tracker.latest_message))
        return {NUMBER: found.group(0)} if found else {}

    async def extract_orders_contact(self, dispatcher: Any, tracker: Tracker, domain: Any) -> Json:
        """An e-mail or phone typed when it was asked for."""
        if tracker.get_slot(REQUESTED_SLOT) != CONTACT:
            return {}
        text = normalise(str(tracker.latest_message.get("text") or ""))
        said = parse_email(text) or parse_phone(text)
        return {CONTACT: said} if said else {}

    async def validate_orders_number(self, value: Any, dispatcher: Any, tracker: Tracker, domain: Any) -> Json:
        """One number; whether there is such an order is nobody's business yet."""
        number = _first(value)
        return {NUMBER: number if any(char.isdigit() for char in number) else None}

    async def validate_orders_contact(self, value: Any, dispatcher: Any, tracker: Tracker, domain: Any) -> Json:
        """One e-mail or phone."""
        return {CONTACT: _first(value) or None}

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Json
    ) -> list[EventType]:
        """The slots, after the check of the pair. What was wrong is never said; either half may be corrected."""
        events = await super().get_validation_events(dispatcher, tracker, domain)
        said = {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
        turn = read_turn(tracker)
        number = _first(said.get(NUMBER, tracker.get_slot(NUMBER)))
        contact = _first(said.get(CONTACT, tracker.get_slot(CONTACT))) or _corrected(said, turn)
        if not (number and contact):
            return events
        try:
            ok = await sync_to_async(check_pair)(turn, number, contact)
        except ShopUnavailable:
            # The form ends; the next action tries again and says kindly that the shop is away.
            return [*events, SlotSet(REQUESTED_SLOT, None)]
        refused = None if ok else {"contact": contact, "message_id": turn.message_id}
        slots: Json = {CONTACT: contact if ok else None, REFUSED: refused}
        tracker.slots.update(slots)
        others = [event for event in events if event.get("name") not in slots]
        return [*others, *(SlotSet(name, value) for name, value in slots.items())]


class ActionAnswerOrderStatus(ShopAction):
    """Where is my order, or which are mine: told at once if it is known whose they are, else the form asks."""

    action_name = "action_answer_order_status"

    def answer(self, turn: Turn) -> Answer:
        wish = LIST if not turn.pressed and find_keys("order_list", turn.text) else ""
        if not turn.pressed or turn.entity("order"):
            # A plain question: what was wished before is over. A button "find my order" goes on with it.
            turn = replace(turn, slots={**turn.slots, WISH: None})
        wish = wish or str(turn.slots.get(WISH) or "")
        order = find_order(turn)
        if isinstance(order, Answer):
            return order if wish in ("", LIST) else _with_slots(order, {WISH: None})
        if order is not None:
            return _tell(turn, order, wish)
        if is_locked(turn.conversation, turn.contact):
            return _with_slots(hand_off(turn, "identity_failed"), CLEARED)
        return Answer([], slots={WISH: wish or None, TASK: None}, repeatable=False, followup="orders_status_form")


class ActionTellOrderStatus(ShopAction):
    """Tells the order's story, or why not; then what it was looked up for."""

    action_name = "action_tell_order_status"

    def answer(self, turn: Turn) -> Answer:
        order = choose_order(turn)
        if order is None:
            if is_locked(turn.conversation, turn.contact):
                return _with_slots(hand_off(turn, "identity_failed"), CLEARED)
            again = button(say("orders.buttons.try_again", turn.language), "order_status", "choice")
            reply = Reply(say("orders.not_verified", turn.language), [again, person_button(turn.language)])
            return Answer([reply], slots=CLEARED, repeatable=False)
        return _tell(turn, order, str(turn.slots.get(WISH) or ""))


def _tell(turn: Turn, order: Order, wish: str) -> Answer:
    if wish == LIST:
        return _with_slots(choose_from(turn, list_own_orders(turn.conversation), "order_tasks.list.all"), CLEARED)
    story = build_story(order, today())
    if wish in WISHES:
        return _with_slots(answer_wish(turn, wish, story), CLEARED)
    reply = Reply(tell_story(story, turn.language), story_buttons(story, turn))
    return Answer([reply], turn={"order": order.name}, slots={**CLEARED, TASK: None})


def _corrected(said: Json, turn: Turn) -> str:
    """The e-mail or phone of a refused pair, if the customer now corrects the number."""
    refused = turn.slots.get(REFUSED)
    return _first(refused.get("contact")) if isinstance(refused, dict) and said.get(NUMBER) else ""


def needed_slots(turn: Turn) -> list[str]:
    """What still has to be asked: nothing if an order is verified and no other is named, or if no try is left."""
    number = _first(turn.slots.get(NUMBER))
    if is_locked(turn.conversation, turn.contact):
        return []
    if not number:
        return [] if list_verified_names(turn.conversation) else [NUMBER, CONTACT]
    return [NUMBER] if find_verified(turn.conversation, number) else [NUMBER, CONTACT]


def _needed_now(turn: Turn) -> list[str]:
    try:
        return needed_slots(turn)
    except ShopUnavailable:
        return []


def check_pair(turn: Turn, number: str, contact: str) -> bool:
    """Whether the order may be told about. A locked conversation passes here and is told so by the next action."""
    if find_verified(turn.conversation, number):
        return True
    checked = check_identity(turn.conversation, number, contact, contact=turn.contact, message_id=turn.message_id)
    return checked.ok or checked.locked or is_locked(turn.conversation, turn.contact)


def choose_order(turn: Turn) -> Order | None:
    """The order that is meant, if it is verified here: the named one, else the one verified last."""
    number = _first(turn.slots.get(NUMBER)) or turn.entity("order")
    if number:
        return find_verified(turn.conversation, number)
    return next(iter(list_verified(turn.conversation)), None)


def story_buttons(story: Story, turn: Turn) -> list[Json]:
    """What one may want next in that state."""
    language = turn.language
    buttons: list[Json] = []
    if story.cancellable:
        buttons.append(button(say("orders.buttons.cancel", language), "order_cancel", "choice", order=story.order.name))
    until = story.return_until
    if story.state == "delivered" and until and today() <= until:
        buttons.append(
            button(say("orders.buttons.return", language), "return_request", "choice", order=story.order.name)
        )
    if story.order.sent_at and story.state != "cancelled":
        buttons.append(
            button(say("orders.buttons.invoice", language), "invoice_request", "choice", order=story.order.name)
        )
    topics = (topic_button(topic, language) for topic in _NEXT_TOPICS.get(story.state, ("delivery.time",)))
    buttons += [*(topic for topic in topics if topic), person_button(language)]
    return [*buttons, english_button()] if turn.romanised else buttons


def _ask(turn: Turn, key: str) -> Answer:
    return Answer([Reply(say(key, turn.language), [person_button(turn.language)])], repeatable=False)


def _with_slots(answer: Answer, slots: Json) -> Answer:
    return replace(answer, slots={**slots, **answer.slots})


def _without_amounts(message: Json) -> str:
    """The words without the digits that are a price, a size or a telephone ("show me sarees under 3000")."""
    text = normalise(str(message.get("text") or ""))
    for one in message.get("entities") or ():
        if one.get("entity") in _OTHER_NUMBERS:
            text = text[: one["start"]] + " " * (one["end"] - one["start"]) + text[one["end"] :]
    return text


def _first(value: object) -> str:
    if isinstance(value, list):
        value = next(iter(value), "")
    return str(value or "").strip()
