"""A gate for tiny models: as sure as keywords are. Pipeline component, after `KeywordIntentClassifier`."""

from __future__ import annotations

from typing import ClassVar

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import GATE, Component


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class KeywordGate(Component, IntentClassifier):
    """Answers whatever a keyword was found in; the first keyword of the domain's order wins.

    `read` is what came by; what stands in `broken` cannot be read.
    """

    read: ClassVar[list[str]] = []
    broken: ClassVar[set[str]] = set()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self.read.append(message.get(TEXT))
            if message.get(TEXT) in self.broken:
                raise OSError("not to be read")
            name = (message.get(INTENT) or {}).get("name")
            decision = "answer" if name else "not_understood"
            found = {"route": name, "topic": None, "confidence": 1.0 if name else 0.0, "decision": decision}
            message.set(GATE, {**found, "reason": None, "alternatives": []}, add_to_output=True)
        return messages
