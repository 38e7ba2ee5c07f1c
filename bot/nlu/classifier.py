"""Ranks routes and FAQ topics for a message, in one label space (`order_status`, `faq/refund.time`).

Trains the route model on all intent examples (topics come from `bot.nlu.importer`); leaves its findings for the gate,
which alone decides. Without a gate behind it (benchmarks, `rasa test`), intent and ranking are its own.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TOPIC, UNDERSTANDING, StoredComponent, normalised_text
from bot.nlu.context import read_context
from bot.nlu.encoder import sentence_vector
from bot.nlu.features import Matrix, mask
from bot.nlu.importer import FAQ_INTENT
from bot.nlu.model import SPARSE_SHARE, RouteModel, confidences, fit_model, load_model, save_model
from bot.nlu.understanding import Understanding, understand
from knowledge.encoder import DEFAULT_ENCODER, load_encoder

# Labels of what has no meaning in common.
NAMELESS = frozenset({"out_of_scope", "oos", "nlu_fallback", "NO_NODES_DETECTED"})
NAME_LETTERS_MIN = 3

# Vector, normalised text and label of what the model learns from.
Taught = tuple[Matrix, str, str]

logger = logging.getLogger(__name__)
_FILE = "routes.pickle"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RouteClassifier(StoredComponent, IntentClassifier):
    """`encoder`: the same name as in the featurizer before it; `sparse_share`: weight of words beside vectors."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._model: RouteModel | None = None

    def restore(self, folder: Path) -> None:
        self._model = load_model(folder / _FILE)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"encoder": DEFAULT_ENCODER, "sparse_share": SPARSE_SHARE}

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and stores the model. Takes about 10 s for 7,500 examples on one core."""
        model = self.fit(training_data.intent_examples)
        with self.storage.write_to(self.resource) as folder:
            save_model(model, folder / _FILE)
        return self.resource

    def fit(self, messages: list[Message]) -> RouteModel:
        """Fits the model to labelled messages that went through the components before, and uses it from now on.

        Raises: ValueError without examples.
        """
        examples = [(sentence_vector(one), normalised_text(one), label(one)) for one in messages if one.get(TEXT)]
        if not examples:
            raise ValueError("no training examples")
        vectors, texts, labels = zip(*examples, *self._names(examples), *self._other_views(examples), strict=True)
        self._model = fit_model(np.stack(vectors).astype(np.float32), texts, labels, self.config["sparse_share"])
        logger.info("route model: %d examples of %d labels", len(examples), len(self._model.labels))
        return self._model

    def _names(self, examples: Sequence[Taught]) -> Iterator[Taught]:
        """What the labels' own names say, one example each."""
        names = {name: words for name in sorted({name for _, _, name in examples}) if (words := name_in_words(name))}
        told = load_encoder(self.config["encoder"]).encode_cached(list(names.values()))
        return ((vector, words, name) for vector, (name, words) in zip(told, names.items(), strict=True))

    def _other_views(self, examples: Sequence[Taught]) -> Iterator[Taught]:
        """What is out of scope once more, as the encoder's part for other languages sees it: it is without end, told in
        English above all, and messages in all languages are compared with it (docs/decisions/0010)."""
        foreign = [(text, name) for _, text, name in examples if name in NAMELESS]
        views = load_encoder(self.config["encoder"]).encode_otherwise([mask(text) for text, _ in foreign])
        return ((view, *said) for view, said in zip(views, foreign, strict=True) if view is not None)

    # Rasa's graph validation knows no unions; `rasa test nlu` passes None.
    def process(self, messages: list[Message], tracker: DialogueStateTracker = None) -> list[Message]:
        for message in messages:
            found = self.understand(message, tracker)
            message.set(UNDERSTANDING, found)
            ranking = [
                {"name": name, "confidence": round(confidence, 4)}
                for name, confidence in zip(found.ranking.labels, confidences(found.ranking), strict=True)
            ]
            route = found.ranking.labels[0].partition("/")[0]
            message.set(INTENT, {**ranking[0], "name": route}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def understand(self, message: Message, tracker: DialogueStateTracker | None = None) -> Understanding:
        """What the model and the context say of a message that went through the components before."""
        if self._model is None:
            raise ValueError("RouteClassifier is used before it was trained")
        context = read_context(message, tracker)
        entities = [(one["entity"], one["start"], one["end"]) for one in message.get(ENTITIES) or []]
        return understand(
            self._model,
            sentence_vector(message),
            normalised_text(message),
            entities,
            self._encode,
            context.last_customer_text,
            context.last_label,
        )

    def _encode(self, text: str) -> Matrix:
        vector: Matrix = load_encoder(self.config["encoder"]).encode([mask(text)])[0]
        return vector


def name_in_words(name: str) -> str:
    """What a label's own name says ("faq/refund.time": "refund time"), as one more example; empty if it says nothing.

    Names are short descriptions by whoever made the set. With 5 examples a class they are worth 1.6 points, with 10 0.6
    (BANKING77). A name with digits is a number, not a word; out of scope is no meaning that messages share.
    """
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name.rpartition("/")[2])
    if any(char.isdigit() for char in name) or name in NAMELESS or len("".join(words)) < NAME_LETTERS_MIN:
        return ""
    return " ".join(words).lower()


def label(message: Message) -> str:
    """The label that an example teaches: its intent, for the FAQ with the topic."""
    intent = str(message.get(INTENT))
    return f"{FAQ_INTENT}/{message.get(TOPIC)}" if message.get(TOPIC) else intent
