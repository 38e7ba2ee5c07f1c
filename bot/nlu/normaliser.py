"""First component of the pipeline: evens the text out and tells its language and script.

The message's own text stays as it came; later components read the normalised one (`normalised_text`).
"""

import dataclasses

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.detect import detect
from bot.language.normalise import normalise
from bot.nlu.component import LANGUAGE, METADATA, NORMALISED, Component


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MessageNormaliser(Component):
    """Leaves `normalised` and, in the parse data, `language` = {language, script, confidence}."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = normalise(message.get(TEXT) or "")
            message.set(NORMALISED, text)
            hint = (message.get(METADATA) or {}).get("language")
            message.set(LANGUAGE, dataclasses.asdict(detect(text, hint)), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            if text := message.get(TEXT):
                message.set(NORMALISED, normalise(text))
        return training_data
