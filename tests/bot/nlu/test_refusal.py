"""What is done with a refused wish: it steps back behind the rest; alone it is a "no"."""

from __future__ import annotations

from collections.abc import Callable

from bot.nlu.model import Ranking
from bot.nlu.negation import Negation
from bot.nlu.refusal import heed


def ranking(**labels: float) -> Ranking:
    """`order_cancel=0.9`; `faq__refund_time` stands for faq/refund.time."""
    names = [name.replace("__", "/") for name in labels]
    names = [name.replace("_", ".") if name.startswith("faq/") else name for name in names]
    return Ranking(names, list(labels.values()), list(labels.values()), [(names[0], 0.6)], 0.0)


def hears(**parts: Ranking) -> Callable[[str], Ranking]:
    return lambda part: parts[part]


CANCEL = ranking(order_cancel=0.9, faq__cancellation_fee=0.05, order_status=0.02)
STATUS = ranking(order_status=0.7, order_cancel=0.1, faq__cancellation_fee=0.05)
LOST = ranking(out_of_scope=0.05, greet=0.04)


def test_the_rest_is_done_and_not_what_is_refused() -> None:
    heard = heed(CANCEL, Negation("unwanted", "the rest"), lambda part: CANCEL if part == "unwanted" else STATUS)
    assert heard.labels[0] == "order_status"
    assert heard.probabilities[heard.labels.index("order_cancel")] < 0.02
    assert abs(sum(heard.probabilities) - sum(STATUS.probabilities)) < 1e-6


def test_an_act_that_is_refused_and_nothing_else_is_a_no() -> None:
    assert heed(CANCEL, Negation("unwanted", ""), hears(unwanted=CANCEL)).labels[0] == "deny"


def test_a_thing_that_is_not_wanted_may_still_be_cancelled() -> None:
    """ "I don't want this order": no words in it ask for cancelling, so cancelling is not what is refused."""
    order = ranking(order_status=0.3, order_cancel=0.05)
    assert heed(CANCEL, Negation("order", ""), hears(order=order)).labels[0] == "order_cancel"


def test_a_rest_of_which_nothing_can_be_made_decides_nothing() -> None:
    fee = ranking(faq__delivery_cost=0.2, faq__return_cost=0.1)
    heard = heed(fee, Negation("pay", "how so"), lambda part: LOST)
    assert heard.labels[0] == "faq/delivery.cost"


def test_what_is_surely_meant_stays() -> None:
    heard = heed(STATUS, Negation("unwanted", "the rest"), lambda part: CANCEL if part == "unwanted" else LOST)
    assert heard == STATUS


def test_the_rules_of_a_refused_act_step_back_with_it() -> None:
    whole = ranking(faq__cancellation_how=0.5, order_status=0.1)
    weak = ranking(order_status=0.1, faq__cancellation_how=0.09)
    heard = heed(whole, Negation("unwanted", "the rest"), lambda part: CANCEL if part == "unwanted" else weak)
    assert heard.labels[0] == "order_status"


def test_refusing_what_is_the_wish_itself_changes_nothing() -> None:
    """ "I don't want my data kept" and "don't lie to me" are heard as they are."""
    for route in ("privacy_request", "complaint"):
        whole = Ranking([route], [0.5], [0.5], [(route, 0.6)], 0.0)
        assert heed(whole, Negation("unwanted", "the rest"), lambda part: CANCEL) is whole


def test_a_topic_that_is_both_refused_and_asked_for_is_answered() -> None:
    """ "not the red saree, the blue one": both parts are about products."""
    search = ranking(product_search=0.6, product_info=0.2)
    heard = heed(search, Negation("unwanted", "the rest"), lambda part: search)
    assert heard.labels[0] == "product_search"


def test_a_rest_that_the_whole_bears_out_stands_against_sure_rules() -> None:
    """ "don't cancel it, just say where it is": sure as the whole is of the rules, it hears the order's state next."""
    whole = ranking(faq__cancellation_how=0.8, order_cancel=0.07, order_status=0.06)
    weak = ranking(order_status=0.1, faq__cancellation_how=0.03)
    heard = heed(whole, Negation("unwanted", "the rest"), lambda part: CANCEL if part == "unwanted" else weak)
    assert heard.labels[0] == "order_status"


def test_a_question_about_the_rules_of_the_refused_act_stays() -> None:
    """ "don't cancel it, what would the fee be": the rest alone could be any fee."""
    whole = ranking(faq__cancellation_fee=0.3, order_cancel=0.1, faq__delivery_cost=0.02)
    fee = ranking(faq__delivery_cost=0.2, faq__cancellation_fee=0.01)
    heard = heed(whole, Negation("unwanted", "the rest"), lambda part: CANCEL if part == "unwanted" else fee)
    assert heard.labels[0] == "faq/cancellation.fee"


def test_refusing_news_and_nothing_else_asks_for_an_end_of_them() -> None:
    news = ranking(faq__newsletter_subscribe=0.7, complaint=0.1)
    assert heed(news, Negation("unwanted", ""), hears(unwanted=news)).labels[0] == "faq/newsletter.unsubscribe"


def test_refused_words_that_say_little_ask_for_no_opposite() -> None:
    unsure = ranking(faq__newsletter_subscribe=0.12, product_search=0.1)
    heard = heed(ranking(product_search=0.5, complaint=0.1), Negation("unwanted", ""), hears(unwanted=unsure))
    assert heard.labels[0] != "faq/newsletter.unsubscribe"
