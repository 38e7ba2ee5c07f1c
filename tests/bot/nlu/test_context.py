"""What was said before: from the turn's metadata, and what a follow-up makes of it."""

import numpy as np
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.context import read_context
from bot.nlu.model import Matrix, Ranking, fit_model
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
    first = Ranking(["a", "b"], [0.6, 0.4], [0.5, 0.3], [("a", 0.5)], 0.0)
    second = Ranking(["b", "c"], [0.9, 0.1], [0.9, 0.0], [("b", 0.9)], 0.0)
    mixed = blend(first, second, 0.6)
    assert mixed.labels[0] == "b"
    assert abs(sum(mixed.probabilities) - 1.0) < 1e-6
