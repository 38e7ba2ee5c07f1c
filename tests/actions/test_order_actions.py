"""Orders: the form's checks, the story in words, wishes about an order, and that nobody sees a stranger's order."""

from __future__ import annotations

import re

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa_sdk.executor import ActionExecutor

from bot.language.texts import say
from bot.shop.models import IdentityTry, Order
from tests.actions.conftest import Customer
from tests.actions.test_handing_actions import SMALLTALK

REFUSED = "These details do not fit together"
TELL, VALIDATE = "action_tell_order_status", "validate_orders_status_form"

STORIES = [
    ("TT-10401", "hetal.patel@example.com", ["1 × Block Print Cotton Kurti (M / Indigo)", "₹1,497", "7 September"]),
    ("TT-10405", "ketan.joshi@example.in", ["It came back to us", "₹2,499 was refunded on Sun, 20 September"]),
    ("TT-10415", "vignesh.mohan@example.in", ["cancelled on Mon, 21 September", "₹1,797 was refunded"]),
    ("TT-10417", "nisha.parmar@example.com", ["payment did not go through", "closed on Mon, 28 September"]),
    ("TT-10427", "+91 99999 10030", ["cancelled", "nothing to refund"]),
    ("TT-10432", "9999910001", ["reached our warehouse on Wed, 18 November", "approved and being paid out"]),
    (
        "TT-10439",
        "bala.thangaraj@example.org",
        ["new date is Tue, 24 November", "customs", "a new parcel or your full"],
    ),
    ("TT-10441", "joseph.fernandes@example.org", ["You asked for a replacement", "has not been booked yet"]),
    ("TT-10443", "vignesh.mohan@example.in", ["exchange", "booked for Sun, 22 November"]),
    ("TT-10445", "murugan.s@example.in", ["bad weather", "new date is Mon, 23 November", "9 days late", "100 points"]),
    ("TT-10448", "kavitha.r@example.com", ["two parcels", "delivered on Sat, 14 November", "by Tue, 24 November"]),
    ("TT-10451", "chirag.thakkar@example.in", ["proof", "Wed, 18 November", "new parcel or a full refund"]),
    ("TT-10452", "lakshmi.subramanian@example.org", ["next try is on Sat, 21 November", "₹1,998 ready"]),
    ("TT-10454", "yamini.v@example.com", ["out for delivery today", "GE4410010454"]),
    ("TT-10455", "sneha.k@example.com", ["3 days late", "Mon, 23 November"]),
    ("TT-10456", "karthik.iyer@example.com", ["two parcels", "Still being packed: 1 × Soft Silk Saree"]),
    ("TT-10461", "099999-10017", ["out for delivery", "₹978 ready for the courier"]),
    ("TT-10464", "arun.kumar.slm@example.com", ["confirmed and being packed", "Thu, 26 November"]),
    ("TT-10468", "malathi.ganesan@example.org", ["bank transfer of ₹1,199", "until Mon, 23 November"]),
    ("TT-10470", "geeta.vaghela@example.com", ["has not been approved yet"]),
    ("TT-10471", "chirag.thakkar@example.in", ["ready for you at our store", "until Fri, 27 November"]),
    ("TT-10474", "rohit.verma@example.in", ["payment did not go through", "48 hours"]),
]


@pytest.mark.parametrize(("number", "address", "parts"), STORIES, ids=[story[0] for story in STORIES])
async def test_the_story_of_an_order(customer: Customer, number: str, address: str, parts: list[str]) -> None:
    text = await customer.look_up(number, address)
    assert [part for part in parts if part not in text] == []
    assert text.startswith(f"Order {number} of ")
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
    assert REFUSED in said
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


async def test_the_same_is_said_whatever_was_wrong(customer: Customer) -> None:
    wrong_address = await customer.look_up("TT-10445", "hetal.patel@example.com")
    customer.slots, customer.conversation = {}, "c-2"
    no_such_order = await customer.look_up("TT-99999", "hetal.patel@example.com")
    assert wrong_address == no_such_order


async def test_after_five_wrong_tries_a_person_takes_over(customer: Customer) -> None:
    for turn in range(4):
        assert REFUSED in await customer.look_up("TT-10445", f"guess{turn}@example.com")
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
    ("order_cancel", "TT-10466", "suresh.t@example.org", "can still be cancelled free of charge"),
    ("order_cancel", "TT-10459", "revathi.pandian@example.com", "already left us"),
    ("order_cancel", "TT-10401", "hetal.patel@example.com", "already been delivered"),
    ("order_cancel", "TT-10440", "dhruv.panchal@example.in", "nothing left to cancel"),
    ("order_change", "TT-10467", "farida.contractor@example.org", "you can change items and address"),
    ("order_change", "TT-10460", "ramila.patel@example.org", "can no longer be changed"),
    ("return_request", "TT-10453", "jignesh.shah@example.in", "until Fri, 27 November"),
    ("return_request", "TT-10401", "hetal.patel@example.com", "ended on Thu, 17 September"),
    ("return_request", "TT-10449", "anjali.mehta@example.com", "already running"),
    ("return_request", "TT-10474", "rohit.verma@example.in", "nothing to return"),
    ("refund_status", "TT-10432", "hetal.patel@example.com", "approved and being paid out"),
    ("refund_status", "TT-10411", "karthik.iyer@example.com", "₹1,499 was refunded on Sun, 27 September"),
    ("refund_status", "TT-10449", "anjali.mehta@example.com", "as soon as the item is with us"),
    ("refund_status", "TT-10454", "yamini.v@example.com", "no refund running"),
    ("invoice_request", "TT-10401", "hetal.patel@example.com", "My orders > Invoice as a PDF"),
    ("invoice_request", "TT-10466", "suresh.t@example.org", "made when the order is sent"),
]


@pytest.mark.parametrize(("route", "number", "address", "part"), WISHES, ids=[f"{w[0]}-{w[1]}" for w in WISHES])
async def test_a_wish_is_answered_about_the_verified_order(
    customer: Customer, route: str, number: str, address: str, part: str
) -> None:
    kind = "email" if "@" in address else "phone"
    text = await customer.say(f"action_answer_{route}", f"{number} {address}", {kind: address}, order=number)
    assert part in text
    assert customer.turn == {"order": number}
    assert customer.buttons[0]["payload"] == "/human"


@pytest.mark.parametrize("route", ["order_cancel", "order_change", "return_request", "invoice_request"])
async def test_a_wish_without_an_order_tells_the_rule_and_the_way(customer: Customer, route: str) -> None:
    text = await customer.say(f"action_answer_{route}", "please do it")
    assert text.endswith(say("orders.look_up", "en"))
    assert [button["payload"] for button in customer.buttons][:2] == ["/order_status", "/human"]
    assert customer.slots["orders_wish"] == route
    assert "₹1,699" not in text


async def test_a_refund_is_looked_up_through_the_form(customer: Customer) -> None:
    await customer.say("action_answer_refund_status", "where is my refund")
    assert customer.followup == "orders_status_form"
    assert "approved and being paid out" in await customer.look_up("TT-10432", "hetal.patel@example.com")


async def test_a_wish_of_before_does_not_stick_to_a_new_question(customer: Customer) -> None:
    await customer.say("action_answer_order_cancel", "cancel my order")
    customer.users.append(_message("where is my order", "m5"))
    await customer.run(VALIDATE)
    assert customer.slots["orders_wish"] is None
    await customer.say("action_answer_order_cancel", "cancel my order")
    customer.users.append(_message("/order_status", "m6"))
    await customer.run(VALIDATE)
    assert customer.slots["orders_wish"] == "order_cancel"


async def test_own_data_is_shown_by_a_person_only(customer: Customer) -> None:
    text = await customer.say("action_answer_privacy_request", "delete my data")
    assert "within 30 days" in text
    assert customer.buttons[0]["payload"] == "/human"


def _message(text: str, message_id: str, **entities: str) -> dict[str, object]:
    parsed = {
        "text": text, "intent": {"name": "order_status"}, "message_id": message_id, "metadata": {},
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "language": {"language": "en", "script": "Latn", "confidence": 0.9}, "gate": {},
    }  # fmt: skip
    return {"event": "user", "text": text, "parse_data": parsed}


ACTIONS = (*SMALLTALK, VALIDATE)
NUMBERS = [f"TT-{number}" for number in range(10401, 10475)]
texts = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(["where is my order", "refund", "cancel it", "મારો ઓર્ડર", "என் ஆர்டர்", "/order_status", ""]),
    st.text(max_size=40),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    customer: Customer, executor: ActionExecutor, steps: list[tuple[str, str, str, str]], language: str
) -> None:
    """Whatever is said, named, or put into slots: without the right pair nothing of any order is shown."""
    secrets = await sync_to_async(_secrets)()
    visitor = Customer(executor, language=language, conversation=f"p-{abs(hash(str(steps)))}")
    for action, text, number, address in steps:
        entities = {"order": number, **({"email": address} if address else {})}
        visitor.slots["requested_slot"] = "orders_contact"
        visitor.users.append(_message(text, f"m{len(visitor.users)}", **entities))
        said = await visitor.run(action, orders_number=number, orders_contact=address or None)
        said += (
            str(visitor.buttons) + str(visitor.cards) + str({k: v for k, v in visitor.turn.items() if k != "summary"})
        )
        assert [secret for secret in secrets if secret in said] == []


def _secrets() -> set[str]:
    secrets: set[str] = set()
    for order in Order.objects.prefetch_related("parcels"):
        secrets |= {order.email, order.phone, order.recipient, order.street, order.phone[-5:]}
        secrets |= {parcel.tracking_number for parcel in order.parcels.all()}
        secrets |= {f"{order.placed_at:%d %B}".lstrip("0")}
    return {secret for secret in secrets if len(secret) > 4}
