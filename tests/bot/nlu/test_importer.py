"""Training examples on their way through Rasa, which copies them and leaves out doubles."""

import copy

import numpy as np
from rasa.shared.importers.importer import CombinedDataImporter
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.importer import Example, FaqImporter, read_faq_examples


def test_a_copy_is_its_own() -> None:
    original = Example({"text": "red kurta", "intent": "product_search", "entities": [{"value": "red"}]})
    copied = copy.deepcopy(original)
    copied.set("text", "blue kurta")
    copied.get("entities")[0]["value"] = "blue"
    assert original.get("text") == "red kurta"
    assert original.get("entities") == [{"value": "red"}]


def test_doubles_are_left_out_and_what_differs_is_kept() -> None:
    told = [("where is it", "order_status"), ("where is it", "order_status"), ("where is it", "faq")]
    data = TrainingData([Example({"text": text, "intent": intent}) for text, intent in told])
    assert len(data.training_examples) == 2


def test_what_was_changed_is_another_example() -> None:
    one, other = Example({"text": "hi", "intent": "greet"}), Example({"text": "hi", "intent": "greet"})
    assert one == other
    other.set("intent", "bye")
    assert one != other


def test_examples_with_features_are_told_apart_by_them() -> None:
    one, other = Example({"text": "hi", "intent": "greet"}), Example({"text": "hi", "intent": "greet"})
    other.add_features(Features(np.ones((1, 2)), "sentence", "text", "test"))
    assert one != other


def test_every_variant_of_the_faq_is_an_example_with_its_topic() -> None:
    examples = read_faq_examples().training_examples
    assert len(examples) > 10_000
    assert all(one.get("intent") == "faq" and one.get("topic") for one in examples)
    assert len(read_faq_examples().merge().training_examples) == len(examples)


def test_what_rasa_does_to_examples_does_not_come_back() -> None:
    """The examples are read once and given out twice (CombinedDataImporter)."""
    importer = CombinedDataImporter([FaqImporter(training_data_paths=[])])
    first = importer.get_nlu_data()
    told = first.training_examples[0].get("text")
    first.training_examples[0].set("text", "changed")
    assert importer.get_nlu_data("en").training_examples[0].get("text") == told
