"""What a start of Rasa takes along."""

import subprocess
import sys

SAY_MODULES = """
import sys
from bot.nlu.blank import make_blank_pipeline
words = [token.text for token in make_blank_pipeline()("મારો ઓર્ડર")]
print(len(words), sys.modules.get("torch", "absent"), sorted(name for name in sys.modules if name == "spacy"))
"""


def test_words_are_matched_without_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SAY_MODULES], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "2 absent ['spacy']"
