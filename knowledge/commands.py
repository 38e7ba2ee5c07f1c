"""What `seva faq` does, without the command line: prints nothing, returns what happened."""

from __future__ import annotations

from pathlib import Path

from bot.config import config
from knowledge.encoder import Encoder, load_encoder
from knowledge.index import Manifest, index_folder, write_index
from knowledge.lint import lint_knowledge
from knowledge.source_yaml import Finding
from knowledge.sources import ROOT, read_knowledge


def lint(root: Path = ROOT, encoder: Encoder | None = None) -> list[Finding]:
    """Everything to mend in the FAQ under `root`; near duplicates are only looked for with an encoder."""
    return lint_knowledge(read_knowledge(root), encoder)


def build_index(root: Path = ROOT, folder: Path | None = None, encoder: Encoder | None = None) -> Manifest:
    """Builds the index from the FAQ. Raises KnowledgeError naming file and line if it cannot be read."""
    return write_index(folder or index_folder(), encoder or load_encoder(config().encoder), root)
