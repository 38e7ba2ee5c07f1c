"""Gives Rasa the FAQ's questions as training examples, beside what stands in `data/`, and finds `domain/`.

Named in config.yml under `importers`. Every variant becomes an example of the intent `faq` with its topic beside it
(`message.get("topic")`). Rasa's own retrieval intents (`faq/refund.time`) are not used: they demand a response in the
domain for each topic, and our answers live in `knowledge/`, where changing one needs no training.
"""

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TOPIC
from knowledge.sources import load_knowledge

# Rasa looks for `domain.yml` unless told otherwise on every command line; ours is a folder, a file a skill.
DOMAIN_DIR = "domain"
FAQ_INTENT = "faq"


class FaqImporter(RasaFileImporter):
    """Rasa's importer of files, with the FAQ and with the folder `domain/` as default."""

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: Any = None
    ) -> None:
        given = domain_path and Path(domain_path).exists()
        super().__init__(config_file, domain_path if given else DOMAIN_DIR, training_data_paths)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Raises KnowledgeError naming file and line when the FAQ cannot be read."""
        return super().get_nlu_data(language).merge(read_faq_examples())


def read_faq_examples() -> TrainingData:
    """Every way in which the FAQ's topics are asked for, in all languages."""
    return TrainingData(
        [
            Message(data={TEXT: variant.text, INTENT: FAQ_INTENT, TOPIC: entry.topic})
            for entry in load_knowledge().entries
            for variant in entry.variants
        ]
    )
