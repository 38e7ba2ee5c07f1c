"""Gives Rasa the FAQ's questions as training examples, beside what stands in `data/`, and finds `domain/`.

Named in config.yml under `importers`. Every variant becomes an example of the intent `faq` with its topic beside it
(`message.get("topic")`). Rasa's own retrieval intents (`faq/refund.time`) are not used: they demand a response in the
domain for each topic, and our answers live in `knowledge/`, where changing one needs no training.
"""

import copy
import hashlib
from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot.nlu.component import TOPIC
from knowledge.sources import load_knowledge

# Rasa looks for `domain.yml` unless told otherwise on every command line; ours is a folder, a file a skill.
DOMAIN_DIR = "domain"
FAQ_INTENT = "faq"


class Example(Message):
    """A training example. Rasa copies all of them half a dozen times on their way to the pipeline and tells doubles by
    a hash of their JSON; both are made cheap here, which saves 25 of 70 s of a training.
    """

    _cached_fingerprint: str | None

    def __deepcopy__(self, memo: dict[int, Any]) -> "Example":
        data = {name: one if isinstance(one, str) else copy.deepcopy(one, memo) for name, one in self.data.items()}
        copied = Example(data, set(self.output_properties), self.time, list(self.features))
        copied._cached_fingerprint = self._cached_fingerprint
        return copied

    def fingerprint(self) -> str:
        if self.features or not all(isinstance(one, str) for one in self.data.values()):
            return super().fingerprint()
        if self._cached_fingerprint is None:
            said = repr(sorted(self.data.items())).encode()
            self._cached_fingerprint = hashlib.blake2b(said, digest_size=16).hexdigest()
        return self._cached_fingerprint


class FaqImporter(RasaFileImporter):
    """Rasa's importer of files, with the FAQ and with the folder `domain/` as default."""

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: Any = None
    ) -> None:
        given = domain_path and Path(domain_path).exists()
        super().__init__(config_file, domain_path if given else DOMAIN_DIR, training_data_paths)

    # Rasa asks twice in a training, and copies what it is given.
    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Raises KnowledgeError naming file and line when the FAQ cannot be read."""
        ours = super().get_nlu_data(language)
        ours.training_examples = [Example(one.data, one.output_properties) for one in ours.training_examples]
        return ours.merge(read_faq_examples())


def read_faq_examples() -> TrainingData:
    """Every way in which the FAQ's topics are asked for, in all languages."""
    return TrainingData(
        [
            Example({TEXT: variant.text, INTENT: FAQ_INTENT, TOPIC: entry.topic})
            for entry in load_knowledge().entries
            for variant in entry.variants
        ]
    )
