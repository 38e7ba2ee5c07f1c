"""What `seva faq` does, without the command line: prints nothing, returns what happened."""

from __future__ import annotations

from pathlib import Path

from bot.config import config
from knowledge.encoder import Encoder, load_encoder
from knowledge.index import Manifest, index_folder, write_index
from knowledge.lint import lint_knowledge
from knowledge.source_yaml import Finding
from knowledge.sources import ROOT, read_knowledge


def lint(root: Path = ROOT, encoder: Encoder | None = None, *, similar: bool = True) -> list[Finding]:
    """Everything to mend in the FAQ under `root`. `similar`: also look for near duplicates, which needs the encoder."""
    if similar and encoder is None:
        encoder = load_encoder(config().encoder)
    return lint_knowledge(read_knowledge(root), encoder if similar else None)


def build_index(root: Path = ROOT, folder: Path | None = None, encoder: Encoder | None = None) -> Manifest:
    """Builds the index from the FAQ. Raises KnowledgeError naming file and line if it cannot be read."""
    return write_index(folder or index_folder(), encoder or load_encoder(config().encoder), root)
