"""Looks the message up in the FAQ index, so that what an operator adds there is understood without training.

Stands between RouteClassifier and Gatekeeper: leaves `faq_hits` on the message and settles its understanding. The
vector is the one that EncoderFeaturizer made, as it came (the classifier centres its own copy).
"""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import FAQ_HITS, UNDERSTANDING, Component, normalised_text
from bot.nlu.encoder import sentence_vector
from bot.nlu.faq_hits import find_topics, open_search, settle
from knowledge.encoder import DEFAULT_ENCODER
from knowledge.index import index_folder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FaqSearch(Component, IntentClassifier):
    """`encoder`: the same name as in the featurizer. Reads the index when a model is loaded, not for training."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Raises KnowledgeError naming the command that mends it, if the index is missing or of another encoder."""
        super().__init__(config)
        self._search = open_search(index_folder(), self.config["encoder"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"encoder": DEFAULT_ENCODER}

    def process(self, messages: list[Message]) -> list[Message]:
        search = self._search.current()
        for message in messages:
            found = message.get(UNDERSTANDING)
            hits = find_topics(search, sentence_vector(message), normalised_text(message), found)
            message.set(FAQ_HITS, hits)
            message.set(UNDERSTANDING, settle(found, hits))
        return messages
