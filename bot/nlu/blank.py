"""spaCy's blank pipeline, without torch: spaCy's thinc takes it along if it is installed, which costs every start of
Rasa 2 s and 180 MB, and matching words uses none of it. An encoder that needs torch can still import it afterwards.
"""

import sys
from typing import Any

from bot.language.languages import DEFAULT_LANGUAGE


def _import_spacy() -> Any:
    hidden = "torch" not in sys.modules
    if hidden:
        # What Python's own import system documents: None makes an import fail as if nothing were installed.
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        import spacy
    finally:
        if hidden:
            del sys.modules["torch"]
    return spacy


_spacy = _import_spacy()


def make_blank_pipeline() -> Any:
    """A spaCy `Language` that cuts text into tokens and has nothing trained in it."""
    return _spacy.blank(DEFAULT_LANGUAGE)
