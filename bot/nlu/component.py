"""What all of our pipeline components share: how Rasa makes them, and the names of what they leave on a message."""

from pathlib import Path
from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

# Keys on a message. `language`, `gate` and `entities` are part of the parse data; the others stay in the pipeline.
NORMALISED = "normalised"
LANGUAGE = "language"
GATE = "gate"
UNDERSTANDING = "understanding"
FAQ_HITS = "faq_hits"
METADATA = "metadata"
CONTEXT_PRODUCT = "context_product"
# On training examples of the FAQ.
TOPIC = "topic"


class Component(GraphComponent):
    """A component that is made from its configuration alone."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}


class StoredComponent(Component):
    """A component that learns something and finds it again in the trained model."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config)
        self.storage = storage
        self.resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.restore(folder)
        return component

    def restore(self, folder: Path) -> None:
        """Reads what training stored in `folder`."""
        raise NotImplementedError


def normalised_text(message: Message) -> str:
    """The message as the normaliser left it; the raw text when the pipeline has no normaliser."""
    return str(message.get(NORMALISED) or message.get(TEXT) or "")
