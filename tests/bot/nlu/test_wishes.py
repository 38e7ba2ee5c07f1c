"""Where a message may be cut in two, and when both parts are wishes. Real messages: tests/system."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.wishes import CUTS_MAX, DOUBT_MIN, Cut, are_two_wishes, doubt_about, find_cuts, only_leads_up


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("cancel TT-10432 and when do I get the refund", "cancel TT-10432", "when do I get the refund"),
        ("Where is my order? Do you deliver on Sundays?", "Where is my order", "Do you deliver on Sundays?"),
        (
            "I want to return TT-10421. Who pays for sending it?",
            "I want to return TT-10421",
            "Who pays for sending it?",
        ),
        ("TT-10432 રદ કરો અને રિફંડ ક્યારે મળશે", "TT-10432 રદ કરો", "રિફંડ ક્યારે મળશે"),
        ("TT-10432 cancel karo ane refund kyare malse", "TT-10432 cancel karo", "refund kyare malse"),
        ("TT-10432 கேன்சல் பண்ணுங்க, அப்புறம் ரீஃபண்ட் எப்போ", "TT-10432 கேன்சல் பண்ணுங்க", "ரீஃபண்ட் எப்போ"),
        ("mixie 4 jar evlo, appuram emi la vaangalama", "mixie 4 jar evlo", "emi la vaangalama"),
        ("otp nathi avto. hapta thase?", "otp nathi avto", "hapta thase?"),
        ("ભાવ કહો ને ગિફ્ટ કાર્ડ મળે કે નહીં", "ભાવ કહો", "ગિફ્ટ કાર્ડ મળે કે નહીં"),
        ("cooker vilai sollunga, sivappu saree kaatunga", "cooker vilai sollunga", "sivappu saree kaatunga"),
    ],
)
def test_a_message_may_be_cut_where_wishes_are_joined(text: str, first: str, second: str) -> None:
    assert (first, second) in [(one.first, one.second) for one in find_cuts(text)]


@pytest.mark.parametrize(
    "text",
    [
        "If I paid by cash on delivery, how would the refund reach me",
        "What information do you store about me, and do you sell it",
        "show sarees under 15000 rupees and do you sell it in red",
        "where is my order",
        "red and blue",
        "hi, thanks",
        "TT-10432",
        "I paid Rs. 1,500 yesterday",
        "the zip broke. only one week old",
        "મને ને મારા ભાઈને સાડી ગમી",
        "red saree, size M, for a wedding",
        "sandals",
        "",
    ],
)
def test_most_messages_offer_no_place_to_cut(text: str) -> None:
    assert list(find_cuts(text)) == []


def test_a_long_story_is_not_cut_and_no_message_often() -> None:
    assert list(find_cuts("I was there and nobody came. " * 20)) == []
    assert len(list(find_cuts("one two. three four. five six. seven eight. nine ten"))) <= CUTS_MAX


JOINED = next(find_cuts("cancel the kurti and show me sarees"))
TOLD = next(find_cuts("cancel the kurti. please show me sarees"))


def gate(route: str, topic: str | None = None, confidence: float = 0.95, decision: str = "answer") -> dict[str, Any]:
    return {"route": route, "topic": topic, "confidence": confidence, "decision": decision}


def test_a_comma_is_looked_at_only_where_the_whole_leaves_doubt() -> None:
    text = "cooker vilai sollunga, sivappu saree kaatunga"
    assert list(find_cuts(text, DOUBT_MIN))
    assert list(find_cuts(text, DOUBT_MIN / 2)) == []


@pytest.mark.parametrize(
    ("first", "second", "two"),
    [
        (gate("order_cancel"), gate("faq", "refund.time"), True),
        (gate("faq", "payment.upi"), gate("faq", "gift.wrap"), True),
        (gate("faq", "payment.upi"), gate("faq", "payment.upi"), False),
        (gate("order_cancel"), gate("faq", "refund.time", confidence=0.6), False),
        (gate("order_cancel"), gate("faq", "refund.time", 0.7, "ask_back"), False),
        (gate("greet"), gate("order_status"), False),
        (gate("order_status"), gate("human"), False),
        (gate("complaint"), gate("refund_status"), False),
        (gate("out_of_scope"), gate("order_status"), False),
    ],
)
def test_both_parts_must_be_sure_wishes_for_different_things(
    first: dict[str, Any], second: dict[str, Any], two: bool
) -> None:
    assert are_two_wishes(first, second, {**first, "alternatives": [first, second]}, JOINED) is two


@pytest.mark.parametrize(
    ("cut", "confidence", "two"), [(JOINED, 0.98, True), (JOINED, 0.9, False), (TOLD, 0.99, False)]
)
def test_what_the_whole_was_not_about_must_be_surer_and_is_no_wish_after_a_statement(
    cut: Cut, confidence: float, two: bool
) -> None:
    whole = {**gate("order_cancel"), "alternatives": [gate("order_cancel"), gate("order_change")]}
    second = gate("faq", "loyalty.program", confidence)
    assert are_two_wishes(gate("order_cancel", confidence=1.0), second, whole, cut) is two


def test_torn_between_a_topic_and_the_own_case_of_it_is_sure_enough() -> None:
    whole = {**gate("order_cancel"), "alternatives": [gate("order_cancel"), gate("refund_status")]}
    own = gate("refund_status", confidence=0.4)
    other = gate("faq", "invoice.get", confidence=0.4)
    torn = gate("faq", "refund.time", 0.5, "ask_back")
    assert are_two_wishes(gate("order_cancel"), {**torn, "alternatives": [torn, own]}, whole, JOINED)
    assert not are_two_wishes(gate("order_cancel"), {**torn, "alternatives": [torn, other]}, whole, JOINED)


def test_a_gate_that_names_no_second_candidate_leaves_everything_open() -> None:
    assert doubt_about({**gate("greet"), "alternatives": []}) == 1.0
    assert doubt_about({"alternatives": [gate("order_cancel"), gate("order_change", confidence=0.3)]}) == 0.3


@pytest.mark.parametrize(
    ("ranking", "whole", "leads_up"),
    [
        # "My feet are swollen. Do the slippers come in size 8?": nothing of a search is left in the whole.
        ({"product_info": 0.8, "product_search": 0.2}, gate("product_info"), True),
        ({"product_info": 0.8}, gate("product_info"), True),
        ({"product_info": 0.8, "product_search": 0.5}, gate("product_info"), False),
        # The whole is about the first part, or the gate is not sure what it is about.
        ({"product_search": 0.8}, gate("product_search"), False),
        ({"product_info": 0.8}, gate("product_info", decision="ask_back"), False),
    ],
)
def test_a_part_that_only_leads_up_to_the_other_is_no_wish(
    ranking: dict[str, float], whole: dict[str, Any], leads_up: bool
) -> None:
    assert only_leads_up(gate("product_search"), gate("product_info"), whole, ranking) is leads_up


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("do you take UPI and how much is gift wrapping", True),
        ("are the slippers soft? how much is the wrap", True),
        ("I want something soft and do the slippers come in size 8", False),
        ("When I opened the parcel it was torn and how do I return", False),
        ("I do not have a printer and how can I get the invoice", False),
    ],
)
def test_a_first_part_that_only_tells_is_no_question(text: str, asks: bool) -> None:
    assert next(find_cuts(text)).first_asks is asks


def test_what_points_back_at_an_order_is_about_it_or_its_rules() -> None:
    place = next(find_cuts("I want to return TT-10421. Who pays for sending it?"))
    back = gate("return_request", confidence=1.0)
    for second, two in ((gate("faq", "return.cost", 1.0), True), (gate("product_info", confidence=1.0), False)):
        assert are_two_wishes(back, second, {**second, "alternatives": [second, back]}, place) is two
