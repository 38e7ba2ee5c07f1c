"""Gives Rasa the FAQ's questions as training examples, beside what stands in `data/`.

Named in config.yml under `importers`. Every variant becomes an example of the intent `faq` with its topic beside it
(`message.get("topic")`). Rasa's own retrieval intents (`faq/refund.time`) are not used: they demand a response in the
domain for each topic, and our answers live in `knowledge/`, where changing one needs no training.
"""

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.sources import load_knowledge

FAQ_INTENT = "faq"
TOPIC = "topic"


class FaqImporter(TrainingDataImporter):
    """Only NLU data; domain, rules and configuration come from Rasa's own importer."""

    def __init__(self, config_file: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Rasa passes the paths it would read; the FAQ has a place of its own."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Raises KnowledgeError naming file and line when the FAQ cannot be read."""
        return TrainingData(
            [
                Message(data={TEXT: variant.text, INTENT: FAQ_INTENT, TOPIC: entry.topic})
                for entry in load_knowledge().entries
                for variant in entry.variants
            ]
        )

    def get_domain(self) -> Domain:
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        return None
