"""The pipeline without Rasa's graph: fitted from the project's files in this process, to calibrate and to measure.

The components are those of config.yml, run in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.detect import Detected
from bot.nlu.catalogue import ROOT
from bot.nlu.classifier import RouteClassifier, label
from bot.nlu.component import LANGUAGE, METADATA, TOPIC
from bot.nlu.encoder import EncoderFeaturizer
from bot.nlu.extractor import CatalogueExtractor
from bot.nlu.importer import FAQ_INTENT, FaqImporter
from bot.nlu.normaliser import MessageNormaliser
from bot.nlu.understanding import Understanding

Example = tuple[str, str]


@dataclass(frozen=True)
class Read:
    """What the pipeline found in one message, before the gate."""

    understanding: Understanding
    language: Detected
    message: Message


class Pipeline:
    """Fitted from (text, label) examples; about 15 s for 7,500 of them once vectors are cached."""

    def __init__(self, examples: Sequence[Example]) -> None:
        config = _read_config()
        self._normaliser = MessageNormaliser(config["MessageNormaliser"])
        self._encoder = EncoderFeaturizer(config["EncoderFeaturizer"])
        self._extractor = CatalogueExtractor(config["CatalogueExtractor"], None, None)
        self._classifier = RouteClassifier(config["RouteClassifier"], None, None)
        data = TrainingData([_message(*example) for example in examples])
        self._normaliser.process_training_data(data)
        self._encoder.process_training_data(data)
        self._extractor.learn(data.training_examples)
        self._classifier.fit(data.training_examples)

    def read(self, text: str, history: Sequence[Mapping[str, str]]) -> Read:
        """Takes one message through the components; `history` as in labelled cases."""
        message = Message(data={TEXT: text, METADATA: {"history": list(history)}})
        for component in (self._normaliser, self._encoder, self._extractor):
            component.process([message])
        return Read(self._classifier.understand(message), Detected(**message.get(LANGUAGE)), message)


def read_examples() -> list[Example]:
    """All training examples of the project: data/nlu and the FAQ."""
    importer = FaqImporter(training_data_paths=[str(ROOT / "data")])
    return [(one.get(TEXT), label(one)) for one in importer.get_nlu_data().intent_examples if one.get(TEXT)]


def _message(text: str, name: str) -> Message:
    intent, _, topic = name.partition("/")
    return Message(data={TEXT: text, INTENT: intent, **({TOPIC: topic} if intent == FAQ_INTENT else {})})


def _read_config() -> dict[str, dict[str, Any]]:
    """Settings of each component in config.yml, by class name."""
    content = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    parts = ({key: value for key, value in one.items() if key != "name"} for one in content["pipeline"])
    names = (one["name"].rpartition(".")[2] for one in content["pipeline"])
    return dict(zip(names, parts, strict=True))
