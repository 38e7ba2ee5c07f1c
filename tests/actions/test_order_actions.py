"""Orders: the form's checks, the story in words, wishes about an order, and that nobody sees a stranger's order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa_sdk.executor import ActionExecutor

from bot.language.texts import say
from bot.shop.models import IdentityTry, Order
from tests.actions.conftest import Customer, says
from tests.actions.test_handing_actions import SMALLTALK

TELL, VALIDATE = "action_tell_order_status", "validate_orders_status_form"

# Number, e-mail or phone, keys of texts/en/orders.yml that the story must hold, and facts.
STORIES: list[tuple[str, str, list[str], list[str]]] = [
    ("TT-10401", "hetal.patel@example.com", ["state.delivered"], ["Cotton Kurti (M / Indigo)", "₹1,497"]),
    ("TT-10405", "ketan.joshi@example.in", ["state.returned", "extra.refund_done"], ["₹2,499", "Sun, 20 September"]),
    ("TT-10408", "anjali.mehta@example.com", ["state.delivered", "extra.refund_part"], ["₹140", "22 September"]),
    ("TT-10415", "vignesh.mohan@example.in", ["state.cancelled", "extra.refund_done"], ["Mon, 21 September", "₹1,797"]),
    ("TT-10417", "nisha.parmar@example.com", ["state.closed_unpaid"], ["Mon, 28 September"]),
    ("TT-10427", "+91 99999 10030", ["state.cancelled", "extra.refund_none_taken"], ["9 October"]),
    ("TT-10432", "9999910001", ["state.return_received", "extra.refund_approved"], ["Wed, 18 November", "UPI"]),
    ("TT-10439", "bala.thangaraj@example.org", ["state.delayed", "cause.customs", "extra.late_choose"], ["24 Nov"]),
    ("TT-10441", "joseph.fernandes@example.org", ["state.return_requested", "extra.pickup_open"], []),
    ("TT-10443", "vignesh.mohan@example.in", ["extra.exchange", "extra.pickup_booked"], ["Sun, 22 November"]),
    ("TT-10445", "murugan.s@example.in", ["cause.weather", "extra.late_choose", "extra.late_points"], ["23 November"]),
    ("TT-10448", "kavitha.r@example.com", ["state.split", "state.split_arrived", "state.split_open_day"], ["24 Nov"]),
    ("TT-10451", "chirag.thakkar@example.in", ["state.investigation", "extra.proof"], ["Wed, 18 November"]),
    ("TT-10452", "lakshmi.subramanian@example.org", ["state.attempted", "extra.cash"], ["Sat, 21 November", "₹1,998"]),
    ("TT-10454", "yamini.v@example.com", ["state.out_for_delivery", "extra.tracking"], ["GE4410010454"]),
    ("TT-10455", "sneha.k@example.com", ["state.delayed", "cause.hub", "extra.late_ask"], ["Mon, 23 November"]),
    ("TT-10456", "karthik.iyer@example.com", ["state.split_sent", "state.split_open"], ["1 × Soft Silk Saree"]),
    ("TT-10459", "revathi.pandian@example.com", ["state.in_transit", "extra.late_soon"], ["Sun, 22 November"]),
    ("TT-10461", "099999-10017", ["state.out_for_delivery", "extra.cash"], ["₹978"]),
    ("TT-10464", "arun.kumar.slm@example.com", ["state.cash_confirmed", "extra.cash"], ["Thu, 26 November", "₹1,198"]),
    ("TT-10466", "suresh.t@example.org", ["state.packing"], ["Fri, 4 December"]),
    ("TT-10468", "malathi.ganesan@example.org", ["state.awaiting_transfer"], ["₹1,199", "Mon, 23 November"]),
    ("TT-10470", "geeta.vaghela@example.com", ["state.awaiting_payment"], ["₹978"]),
    ("TT-10471", "chirag.thakkar@example.in", ["state.ready_for_pickup"], ["Fri, 27 November"]),
    ("TT-10458", "deepa.krishnan@example.com", ["state.payment_expired"], []),
    ("TT-10474", "rohit.verma@example.in", ["state.payment_failed"], []),
]  # fmt: skip


@pytest.mark.parametrize(("number", "address", "keys", "facts"), STORIES, ids=[story[0] for story in STORIES])
async def test_the_story_of_an_order(
    customer: Customer, number: str, address: str, keys: list[str], facts: list[str]
) -> None:
    text = await customer.look_up(number, address)
    assert [key for key in keys if not says(text, f"orders.{key}")] == [], text
    assert [fact for fact in facts if fact not in text] == [], text
    assert customer.turn == {"order": number}
    assert customer.buttons[-1]["payload"] == "/human"
    assert {customer.slots[name] for name in ("orders_number", "orders_contact", "orders_wish")} == {None}


async def test_the_story_is_told_in_the_customers_language(customer: Customer) -> None:
    customer.language, customer.script = "ta", "Taml"
    text = await customer.look_up("TT-10462", "sivakumar.p@example.in")
    assert "காட்டன் வேட்டி (4 m Double)" in text
    assert "₹2,248" in text
    assert not re.search("[௦-௯]", text)


async def test_staff_notes_are_never_quoted(customer: Customer) -> None:
    text = await customer.look_up("TT-10445", "murugan.s@example.in")
    assert not any(word in text for word in ("Salem", "Trichy", "Lorry", "flood"))


async def test_a_wrong_pair_is_refused_and_then_corrected(customer: Customer) -> None:
    said = await customer.look_up("TT-10445", "selvam77@example.com")
    assert says(said, "orders.refused")
    assert customer.slots["orders_number"] == "TT-10445"
    # The customer sends only the other e-mail.
    customer.users.append(_message("oh sorry, it is murugan.s@example.in", "m9", email="murugan.s@example.in"))
    await customer.run(VALIDATE, requested_slot="orders_contact", orders_contact="murugan.s@example.in")
    assert "23 November" in await customer.run(TELL)


async def test_the_number_of_a_refused_pair_can_be_corrected_too(customer: Customer) -> None:
    await customer.look_up("TT-10454", "murugan.s@example.in")
    customer.users.append(_message("TT-10445", "m9", order="TT-10445"))
    await customer.run(VALIDATE, requested_slot="orders_contact", orders_number="TT-10445")
    assert "23 November" in await customer.run(TELL)


@pytest.mark.parametrize(
    ("text", "digits"), [("show me red sarees under 3000", ""), ("it is 104456 I think", "104456"), ("3000", "3000")]
)
async def test_a_price_is_no_order_number(customer: Customer, text: str, digits: str) -> None:
    message: Any = _message(text, "m9")
    if "under" in text:
        message["parse_data"]["entities"] = [{"entity": "price_max", "value": "3000", "start": 25, "end": 29}]
    customer.users.append(message)
    await customer.run(VALIDATE, requested_slot="orders_number")
    assert re.sub(r"\D", "", customer.slots.get("orders_number") or "") == digits


async def test_the_same_is_said_whatever_was_wrong(customer: Customer) -> None:
    wrong_address = await customer.look_up("TT-10445", "hetal.patel@example.com")
    customer.slots, customer.conversation = {}, "c-2"
    no_such_order = await customer.look_up("TT-99999", "hetal.patel@example.com")
    assert wrong_address == no_such_order


async def test_after_five_wrong_tries_a_person_takes_over(customer: Customer) -> None:
    for turn in range(4):
        assert says(await customer.look_up("TT-10445", f"guess{turn}@example.com"), "orders.refused")
    text = await customer.look_up("TT-10445", "guess4@example.com")
    assert text == say("handoff.reasons.identity_failed", "en")
    text = await customer.look_up("TT-10445", "murugan.s@example.in")
    assert text == say("handoff.reasons.identity_failed", "en")
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "identity_failed")


async def test_a_form_that_runs_twice_in_a_turn_counts_one_try(customer: Customer) -> None:
    await customer.say("action_ask_orders_number", "TT-10445 guess@example.com")
    for _ in range(3):
        await customer.run(VALIDATE, orders_number="TT-10445", orders_contact="guess@example.com")
    assert await sync_to_async(IdentityTry.objects.count)() == 1


async def test_what_is_verified_is_not_asked_again(customer: Customer) -> None:
    await customer.look_up("TT-10469", "hetal.patel@example.com")
    await customer.say("action_ask_orders_number", "and TT-10432?", order="TT-10432")
    await customer.run(VALIDATE, orders_number="TT-10432")
    assert customer.slots.get("requested_slot") is None
    assert "TT-10432" in await customer.run(TELL)


async def test_a_strangers_order_is_asked_for_again(customer: Customer) -> None:
    await customer.look_up("TT-10455", "sneha.k@example.com")
    await customer.say("action_ask_orders_number", "TT-10439 as well", order="TT-10439")
    text = await customer.run(TELL, orders_number="TT-10439")
    assert text == say("orders.not_verified", "en")


WISHES = [
    ("order_cancel", "TT-10466", "suresh.t@example.org", "order_tasks.cancel.confirm", "TT-10466"),
    ("order_cancel", "TT-10459", "revathi.pandian@example.com", "wish.cancel_sent", ""),
    ("order_cancel", "TT-10401", "hetal.patel@example.com", "wish.cancel_delivered", ""),
    ("order_cancel", "TT-10440", "dhruv.panchal@example.in", "wish.cancel_over", "₹2,498"),
    ("order_change", "TT-10467", "farida.contractor@example.org", "order_tasks.what.ask", ""),
    ("order_change", "TT-10460", "ramila.patel@example.org", "wish.change_sent", ""),
    ("order_change", "TT-10401", "9999910001", "wish.change_over", ""),
    ("return_request", "TT-10453", "jignesh.shah@example.in", "order_tasks.line.ask", ""),
    ("return_request", "TT-10401", "hetal.patel@example.com", "wish.return_closed", "Thu, 17 September"),
    ("return_request", "TT-10449", "anjali.mehta@example.com", "wish.return_running", ""),
    ("return_request", "TT-10466", "suresh.t@example.org", "wish.return_not_yet", ""),
    ("return_request", "TT-10474", "rohit.verma@example.in", "wish.return_cancelled", ""),
    ("refund_status", "TT-10432", "hetal.patel@example.com", "extra.refund_approved", "₹1,699"),
    ("refund_status", "TT-10411", "karthik.iyer@example.com", "extra.refund_done", "Sun, 27 September"),
    ("refund_status", "TT-10449", "anjali.mehta@example.com", "extra.refund_not_yet", ""),
    ("refund_status", "TT-10454", "yamini.v@example.com", "extra.refund_nothing", ""),
    ("invoice_request", "TT-10401", "hetal.patel@example.com", "order_tasks.invoice.ready", ""),
    ("invoice_request", "TT-10466", "suresh.t@example.org", "wish.invoice_not_yet", ""),
    ("invoice_request", "TT-10474", "rohit.verma@example.in", "wish.invoice_none", ""),
]


@pytest.mark.parametrize(
    ("route", "number", "address", "key", "fact"), WISHES, ids=[f"{one[0]}-{one[1]}" for one in WISHES]
)
async def test_a_wish_is_answered_about_the_verified_order(
    customer: Customer, route: str, number: str, address: str, key: str, fact: str
) -> None:
    kind = "email" if "@" in address else "phone"
    text = await customer.say(f"action_answer_{route}", f"{number} {address}", {kind: address}, order=number)
    assert says(text, key if key.startswith("order_tasks.") else f"orders.{key}"), text
    assert fact in text
    # A return is the one wish that a picture may answer.
    assert {**customer.turn, "awaits": None} == {"order": number, "awaits": None}
    payloads = [button["payload"] for button in customer.buttons]
    assert "/human" in payloads or any("stop:" in payload for payload in payloads)


@pytest.mark.parametrize("route", ["order_cancel", "order_change", "return_request", "invoice_request"])
async def test_a_wish_without_an_order_goes_to_the_form(customer: Customer, route: str) -> None:
    text = await customer.say(f"action_answer_{route}", "please do it")
    assert text == say(f"order_tasks.begin.{route}", "en")
    assert customer.followup == "orders_status_form"
    assert customer.slots["orders_wish"] == route
    assert "₹1,699" not in text


async def test_a_refund_is_looked_up_through_the_form(customer: Customer) -> None:
    await customer.say("action_answer_refund_status", "where is my refund")
    assert customer.followup == "orders_status_form"
    assert says(await customer.look_up("TT-10432", "hetal.patel@example.com"), "orders.extra.refund_approved")


async def test_a_wish_of_before_does_not_stick_to_a_new_question(customer: Customer) -> None:
    await customer.say("action_answer_order_cancel", "cancel my order")
    await customer.say("action_answer_order_status", "where is my order")
    assert customer.slots["orders_wish"] is None
    await customer.say("action_answer_order_cancel", "cancel my order")
    await customer.say("action_answer_order_status", "/order_status")
    assert customer.slots["orders_wish"] == "order_cancel"


def _message(text: str, message_id: str, **entities: str) -> dict[str, object]:
    parsed = {
        "text": text, "intent": {"name": "order_status"}, "message_id": message_id, "metadata": {},
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "language": {"language": "en", "script": "Latn", "confidence": 0.9}, "gate": {},
    }  # fmt: skip
    return {"event": "user", "text": text, "parse_data": parsed}


WISHED = ("order_status", "order_cancel", "order_change", "return_request", "refund_status", "invoice_request")
ACTIONS = (*SMALLTALK, VALIDATE, *(f"action_answer_{route}" for route in WISHED))
NUMBERS = [f"TT-{number}" for number in range(10401, 10475)]
texts = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(
        [
            "yes",
            "no",
            "123456",
            "all my orders",
            "where is my order",
            "refund",
            "cancel it",
            "મારો ઓર્ડર",
            "என் ஆர்டர்",
            "/order_status",
            "",
        ]
    ),
    # Without what the gateway takes out before.
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(ACTIONS), texts, st.sampled_from(NUMBERS), st.sampled_from(["", "", "x@example.com"])
        ),
        min_size=1,
        max_size=4,
    ),
    language=st.sampled_from(["en", "gu", "ta"]),
)
async def test_no_reply_tells_of_an_order_that_is_not_verified(
    secrets: set[str], executor: ActionExecutor, steps: list[tuple[str, str, str, str]], language: str
) -> None:
    """Whatever is said, named, or put into slots: without the right pair nothing of any order is shown."""
    visitor = Customer(executor, language=language, conversation=f"p-{abs(hash(str(steps)))}")
    for action, text, number, address in steps:
        entities = {"order": number, **({"email": address} if address else {})}
        visitor.slots["requested_slot"] = "orders_contact"
        # What a slot says of an order gives no right to it.
        visitor.slots["orders_task"] = {"wish": WISHED[len(text) % 6], "order": number, "step": "confirm", "data": {}}
        visitor.users.append(_message(text, f"m{len(visitor.users)}", **entities))
        said = await visitor.run(action, orders_number=number, orders_contact=address or None)
        said += (
            str(visitor.buttons) + str(visitor.cards) + str({k: v for k, v in visitor.turn.items() if k != "summary"})
        )
        assert [secret for secret in secrets if secret in said] == []
        # Every path ends in an answer, a question, or a person.
        assert said or visitor.followup or action == VALIDATE


@pytest.fixture
def secrets(customer: Customer) -> set[str]:
    """What may be shown of an order to nobody but its customer."""
    secrets: set[str] = set()
    for order in Order.objects.prefetch_related("parcels"):
        secrets |= {order.email, order.phone, order.recipient, order.street, order.phone[-5:]}
        secrets |= {parcel.tracking_number for parcel in order.parcels.all()}
        secrets |= {f"{order.placed_at:%d %B}".lstrip("0")}
    return {secret for secret in secrets if len(secret) > 4}
