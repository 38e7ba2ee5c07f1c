"""Last component of the pipeline: asks the gate and writes its verdict into the parse data.

`gate` = {route, topic, confidence, decision, reason, alternatives}; the intent becomes the route when it is answered,
`nlu_fallback` otherwise. The entity `topic` is set for the FAQ, and a product spoken of before is added where it helps.
"""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.language.languages import DEFAULT_LANGUAGE
from bot.nlu.component import CONTEXT_PRODUCT, GATE, LANGUAGE, UNDERSTANDING, Component
from bot.nlu.gate import Candidate, Verdict, load_gate

FALLBACK = "nlu_fallback"
_ABOUT_A_PRODUCT = ("product_info", "product_search")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Gatekeeper(Component, IntentClassifier):
    """Comes after RouteClassifier."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._gate = load_gate()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            language = message.get(LANGUAGE) or {}
            verdict = self._gate.judge(
                message.get(UNDERSTANDING),
                language.get("language", DEFAULT_LANGUAGE),
                language.get("script", "Latn"),
                language.get("confidence", 0.0),
            )
            self._write(message, verdict)
        return messages

    @staticmethod
    def _write(message: Message, verdict: Verdict) -> None:
        first = verdict.first
        gate = {
            **_as_dict(first),
            "decision": verdict.decision,
            "reason": None if verdict.decision == "answer" else "low_confidence",
            "alternatives": [_as_dict(one) for one in verdict.alternatives],
        }
        message.set(GATE, gate, add_to_output=True)
        name = first.route if verdict.decision == "answer" else FALLBACK
        message.set(INTENT, {"name": name, "confidence": first.confidence}, add_to_output=True)
        extra = [{"entity": "topic", "value": first.topic, "start": 0, "end": 0}] if first.topic else []
        find_product = message.get(CONTEXT_PRODUCT) if first.route in _ABOUT_A_PRODUCT else None
        if find_product and (product := find_product()):
            extra.append({"entity": "product", "value": product, "start": 0, "end": 0, "role": "context"})
        message.set(ENTITIES, [*(message.get(ENTITIES) or []), *extra], add_to_output=True)


def _as_dict(one: Candidate) -> dict[str, Any]:
    return {"route": one.route, "topic": one.topic, "confidence": one.confidence}
