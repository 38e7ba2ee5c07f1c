"""What was said before: from the turn's metadata, and what a follow-up makes of it."""

import numpy as np
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.context import read_context
from bot.nlu.features import Matrix
from bot.nlu.model import Ranking, fit_model
from bot.nlu.understanding import blend, understand

HISTORY = [{"from": "customer", "text": "can I cancel?"}, {"sender": "bot", "text": "Until it is packed."}]


def test_history_gives_the_last_words_of_both_sides() -> None:
    context = read_context(Message(data={"text": "and then?", "metadata": {"history": HISTORY}}))
    assert context.last_customer_text == "can I cancel?"
    assert context.last_bot_text == "Until it is packed."


def test_nothing_before_is_no_context() -> None:
    assert read_context(Message(data={"text": "hello"})).last_customer_text is None


def test_only_a_number_belongs_to_what_was_asked_before() -> None:
    vectors = np.eye(3, 8, dtype=np.float32)
    model = fit_model(
        vectors, ["cancel my order", "return my order", "hello"], ["order_cancel", "return_request", "greet"]
    )

    def encode(text: str) -> Matrix:
        return vectors[0]

    number = [("order", 0, 8)]
    fresh = understand(model, vectors[2], "TT-10432", number, encode)
    follow_up = understand(model, vectors[2], "TT-10432", number, encode, "cancel it", "order_cancel")
    assert fresh.ranking.labels[0] == "order_status"
    assert follow_up.ranking.labels[0] == "order_cancel"


def test_blending_keeps_probabilities_a_distribution() -> None:
    first = Ranking(["a", "b", "c"], [0.8, 0.15, 0.05], [0.5, 0.3, 0.2], [("a", 0.5)], 0.0)
    second = Ranking(["b", "c", "a"], [0.9, 0.1, 0.0], [0.9, 0.6, 0.0], [("b", 0.9)], 0.0)
    mixed = blend(first, second, 0.6)
    assert mixed.labels[0] == "b"
    assert abs(sum(mixed.probabilities) - 1.0) < 1e-6


def test_what_the_message_itself_rules_out_is_not_made_of_it_by_the_earlier_one() -> None:
    first = Ranking(["instalments", "cash", "cards"], [0.9, 0.09, 0.01], [0.9, 0.64, 0.1], [("instalments", 0.9)], 0.0)
    second = Ranking(["cards", "instalments", "cash"], [0.8, 0.19, 0.01], [0.9, 0.75, 0.2], [("cards", 0.9)], 0.0)
    assert blend(first, second, 0.7).labels[0] == "instalments"
