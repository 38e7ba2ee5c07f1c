"""Two wishes in one message, through Rasa with a tiny model: both are served in one turn, or the second one later."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.dialogue.wishes import cut
from tests.fakes.action_server import ActionServer, Answer, says

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

TURN = "/webhooks/seva/turn"
ASK_NUMBER = "action_ask_orders_number"


def quiet(name: str, tracker: Answer) -> Answer:
    """Actions say their names, but for the form's own check."""
    return {"events": [], "responses": []} if name.startswith("validate") else says(name)


async def ask(client: httpx.AsyncClient, message_id: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    said = {"conversation": "c1", "message_id": message_id, "text": text, **more}
    return dict((await client.post(TURN, json=said)).json())


def bubbles(answer: dict[str, Any]) -> list[str]:
    return [reply["text"] for reply in answer["replies"]]


async def test_both_are_served_in_order(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    answer = await ask(rasa_http, "1", "cancel that thing and how is the refund paid")
    assert bubbles(answer) == ["action_answer_order_cancel", "action_answer_faq"]
    assert (answer["turn"]["route"], answer["turn"]["decision"]) == ("order_cancel", "answer")
    assert answer["turn"]["also"] == [{"route": "faq", "topic": None, "confidence": 1.0}]
    assert {"nlu", "actions", "total"} == set(answer["turn"]["ms"])


async def test_a_repeat_gets_the_same_answer_and_runs_nothing(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    first = await ask(rasa_http, "1", "cancel that thing and how is the refund paid")
    ran = len(actions.calls)
    assert await ask(rasa_http, "1", "cancel that thing and how is the refund paid") == {**first, "replayed": True}
    assert len(actions.calls) == ran


async def test_actions_can_tell_the_parts_apart(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    await ask(rasa_http, "1", "cancel that thing and how is the refund paid")
    said = [call["tracker"]["latest_message"] for call in actions.calls]
    assert [one["message_id"] for one in said] == ["1", "1/2"]
    assert said[1]["text"] == "how is the refund paid"


def parsed(route: str, *entities: str, also: dict[str, float] | None = None) -> dict[str, Any]:
    """Parse data of a message that is surely of this route; `also`: what else the model thinks of, with confidence."""
    ranking = [{"name": name, "confidence": confidence} for name, confidence in {route: 0.9, **(also or {})}.items()]
    gate = {"route": route, "topic": None, "confidence": 0.98, "decision": "answer"}
    return {"gate": gate, "intent_ranking": ranking, "entities": [{"entity": name} for name in entities]}


@pytest.mark.parametrize(
    ("first", "also", "two"),
    [
        (parsed("product_search"), {}, False),
        (parsed("product_search"), {"product_search": 0.6}, True),
        # What is said of an order by its number is a wish, however little is left of it in the whole.
        (parsed("return_request", "order"), {}, True),
    ],
)
def test_what_only_leads_up_to_a_question_is_not_served_apart(
    first: dict[str, Any], also: dict[str, float], two: bool
) -> None:
    parts = {"my feet are swollen": first, "do the slippers come in size 8?": parsed("product_info")}
    whole = parsed("product_info", also=also)
    found = cut("my feet are swollen and do the slippers come in size 8?", whole, lambda text: parts[text])
    assert (found is not None) is two


@pytest.mark.parametrize("first", ["do the slippers have a strap", "are the slippers soft?"])
def test_a_first_part_that_asks_is_a_wish_of_its_own(first: str) -> None:
    parts = {first.strip("?"): parsed("product_search"), "how much is the wrap": parsed("product_info")}
    joined = f"{first} how much is the wrap" if first.endswith("?") else f"{first} and how much is the wrap"
    assert cut(joined, parsed("product_info"), lambda text: parts[text]) is not None


def test_both_parts_are_answered_in_the_language_of_the_whole() -> None:
    """ "cancel TT-10432" alone could be Tamil; with "and when do I get the refund" it is English."""
    english, tamil = ({"language": code, "script": "Latn", "confidence": 0.9} for code in ("en", "ta"))
    parts = {"cancel TT-10432": parsed("order_cancel"), "when do I get the refund": parsed("refund_status")}
    whole = parsed("order_cancel", also={"refund_status": 0.6}) | {"language": english}
    whole["gate"]["alternatives"] = [one["gate"] for one in parts.values()]
    found = cut("cancel TT-10432 and when do I get the refund", whole, lambda text: parts[text] | {"language": tamil})
    assert found is not None
    assert [one["language"] for one in found] == [english, english]


@pytest.mark.parametrize(
    "text",
    ["how is my refund, and the other refund", "hello there, how is the refund", "a person now and my refund too"],
)
async def test_one_wish_stays_one_turn(rasa_http: httpx.AsyncClient, actions: ActionServer, text: str) -> None:
    answer = await ask(rasa_http, "1", text)
    assert len(answer["replies"]) == 1
    assert "also" not in answer["turn"]


async def test_a_question_beside_a_form_is_answered_and_the_form_asks_once(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = quiet
    answer = await ask(rasa_http, "1", "where is my order and how is the refund paid")
    assert bubbles(answer) == ["action_answer_faq", ASK_NUMBER]
    assert answer["turn"]["also"][0]["route"] == "faq"


@pytest.mark.parametrize(
    ("route", "orders"), [("refund_status", ["TT-10432"]), ("faq", [])], ids=["an order's own", "a rule of the shop"]
)
def test_only_a_wish_about_an_order_takes_over_its_number(route: str, orders: list[str]) -> None:
    """A form that the first wish opened takes any order for its answer: a question that names one went unanswered."""

    def understand(text: str) -> dict[str, Any]:
        first = text.startswith("cancel")
        order = [{"entity": "order", "value": "TT-10432", "start": 7, "end": 15}]
        found = {"route": "order_cancel" if first else route, "confidence": 1.0, "decision": "answer"}
        return {"text": text, "gate": found, "entities": order if first else []}

    text = "cancel TT-10432 and show me the refund"
    both = cut(text, {"text": text, "gate": {"route": "order_cancel", "decision": "answer"}}, understand)
    assert both is not None
    assert [one["value"] for one in both[1]["entities"]] == orders


async def test_a_wish_that_needs_the_form_too_is_taken_up_when_the_form_is_done(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = quiet
    opened = await ask(rasa_http, "1", "where is my order and please cancel everything")
    assert bubbles(opened) == [ASK_NUMBER]
    assert opened["turn"]["also"][0]["route"] == "order_cancel"
    await ask(rasa_http, "2", payload='/affirm{"order": "TT-10432"}')
    done = await ask(rasa_http, "3", payload='/affirm{"email": "a@example.com"}')
    assert bubbles(done) == ["action_tell_order_status", "action_answer_order_cancel"]
    assert bubbles(await ask(rasa_http, "4", "hello")) == ["action_answer_greet"]


async def test_a_wish_that_waits_is_dropped_when_the_form_is_left(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = quiet
    await ask(rasa_http, "1", "where is my order and please cancel everything")
    assert bubbles(await ask(rasa_http, "2", "never mind")) == ["action_answer_deny"]


async def test_nothing_more_is_said_after_a_hand_over(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    def answer(name: str, tracker: Answer) -> Answer:
        return says(name, turn={"decision": "hand_off", "reason": "identity_failed"})

    actions.answer = answer
    given = await ask(rasa_http, "1", "cancel that thing and how is the refund paid")
    assert bubbles(given) == ["action_answer_order_cancel"]
    assert given["turn"]["decision"] == "hand_off"


async def test_a_hand_over_by_the_second_counts_for_the_turn(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    handed = {"decision": "hand_off", "reason": "action_failed"}
    actions.answer = lambda name, tracker: says(name, **({"turn": handed} if name == "action_answer_faq" else {}))
    given = await ask(rasa_http, "1", "cancel that thing and how is the refund paid")
    assert (given["turn"]["route"], given["turn"]["decision"], given["turn"]["reason"]) == (
        "order_cancel",
        "hand_off",
        "action_failed",
    )
