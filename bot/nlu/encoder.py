"""Puts the encoder's vector of each message on it, as dense sentence features like any Rasa featurizer.

Each message is encoded once; classifier and FAQ search use the same vector. Training vectors are kept on disk, so that
training again takes seconds.
"""

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import Component, normalised_text
from bot.nlu.features import Matrix, mask
from knowledge.encoder import DEFAULT_ENCODER, load_encoder

ORIGIN = "seva_encoder"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EncoderFeaturizer(Component):
    """`encoder`: name of the encoder, as in `knowledge.encoder.load_encoder`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.encoder = load_encoder(self.config["encoder"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"encoder": DEFAULT_ENCODER}

    def process(self, messages: list[Message]) -> list[Message]:
        self._add(messages, self.encoder.encode([mask(normalised_text(message)) for message in messages]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        self._add(messages, self.encoder.encode_cached([mask(normalised_text(message)) for message in messages]))
        return training_data

    @staticmethod
    def _add(messages: list[Message], vectors: Matrix) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))


def sentence_vector(message: Message) -> Matrix:
    """The vector of the message: float32, (dim,).

    Raises: ValueError when the pipeline has no encoder before.
    """
    for features in message.features:
        if features.origin == ORIGIN:
            return np.asarray(features.features, dtype=np.float32).reshape(-1)
    raise ValueError("bot.nlu.encoder.EncoderFeaturizer must come earlier in the pipeline (config.yml)")
