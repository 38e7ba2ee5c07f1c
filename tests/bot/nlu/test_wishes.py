"""Where a message may be cut in two, and when both parts are wishes. Real messages: tests/system."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.wishes import CUTS_MAX, SURE_MIN, are_two_wishes, find_cuts, only_leads_up


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("cancel TT-10432 and when do I get the refund", "cancel TT-10432", "when do I get the refund"),
        ("Where is my order? Do you deliver on Sundays?", "Where is my order", "Do you deliver on Sundays?"),
        ("TT-10432 રદ કરો અને રિફંડ ક્યારે મળશે", "TT-10432 રદ કરો", "રિફંડ ક્યારે મળશે"),
        ("TT-10432 cancel karo ane refund kyare malse", "TT-10432 cancel karo", "refund kyare malse"),
        ("TT-10432 கேன்சல் பண்ணுங்க, அப்புறம் ரீஃபண்ட் எப்போ", "TT-10432 கேன்சல் பண்ணுங்க", "ரீஃபண்ட் எப்போ"),
        ("mixie 4 jar evlo, appuram emi la vaangalama", "mixie 4 jar evlo", "emi la vaangalama"),
    ],
)
def test_a_message_may_be_cut_where_wishes_are_joined(text: str, first: str, second: str) -> None:
    assert (first, second) in [(one.first, one.second) for one in find_cuts(text)]


@pytest.mark.parametrize(
    "text",
    [
        "If I paid by cash on delivery, how would the refund reach me",
        "What information do you store about me, and do you sell it",
        "where is my order",
        "red and blue",
        "hi, thanks",
        "TT-10432",
        "I paid Rs. 1,500 yesterday",
        "sandals",
        "",
    ],
)
def test_most_messages_offer_no_place_to_cut(text: str) -> None:
    assert list(find_cuts(text)) == []


def test_a_long_story_is_not_cut_and_no_message_often() -> None:
    assert list(find_cuts("I was there and nobody came. " * 20)) == []
    assert len(list(find_cuts("one two. three four. five six. seven eight. nine ten"))) <= CUTS_MAX


def gate(route: str, topic: str | None = None, confidence: float = 0.95, decision: str = "answer") -> dict[str, Any]:
    return {"route": route, "topic": topic, "confidence": confidence, "decision": decision}


@pytest.mark.parametrize(
    ("first", "second", "two"),
    [
        (gate("order_cancel"), gate("faq", "refund.time"), True),
        (gate("faq", "payment.upi"), gate("faq", "gift.wrap"), True),
        (gate("faq", "payment.upi"), gate("faq", "payment.upi"), False),
        (gate("order_cancel"), gate("faq", "refund.time", confidence=0.6), False),
        (gate("order_cancel"), gate("faq", "refund.time", decision="ask_back"), False),
        (gate("greet"), gate("order_status"), False),
        (gate("order_status"), gate("human"), False),
        (gate("complaint"), gate("refund_status"), False),
        (gate("out_of_scope"), gate("order_status"), False),
    ],
)
def test_both_parts_must_be_sure_wishes_for_different_things(
    first: dict[str, Any], second: dict[str, Any], two: bool
) -> None:
    assert are_two_wishes(first, second, SURE_MIN) is two


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
