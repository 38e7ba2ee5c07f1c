"""Learns to tell the languages in Latin letters apart, from the project's own texts; writes `detector.json`.

Run by hand when the texts have grown or a language was added: `python -m bot.language.train_detector`. Romanised lines
are what stands in Latin letters in the files of a language that is otherwise written in a script of its own.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot.language.detect import MODEL_PATH, features, split_words
from bot.language.languages import DEFAULT_LANGUAGE, load_languages

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS_KEPT = 9000


def main() -> None:
    texts, labels = zip(*read_texts(ROOT), strict=True)
    vectorizer = DictVectorizer(dtype=np.float32)
    rows = _normalised(vectorizer.fit_transform([_count(text) for text in texts]))
    model = LogisticRegression(C=30, max_iter=300, class_weight="balanced").fit(rows, labels)
    names = vectorizer.get_feature_names_out()
    order = np.argsort(-np.abs(model.coef_).max(axis=0))[:WEIGHTS_KEPT]
    weights = {str(names[i]): [round(float(value), 2) for value in model.coef_[:, i]] for i in sorted(order)}
    bias = [round(float(value), 3) for value in model.intercept_]
    languages = [str(code) for code in model.classes_]
    content = {"languages": languages, "bias": bias, "weights": weights}
    MODEL_PATH.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    print(f"{len(texts)} texts in {', '.join(languages)}, {len(weights)} weights -> {MODEL_PATH.name}")


def read_texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every Latin-letter text of the NLU and FAQ files with its language; also the words in its language.yml."""
    languages = {code: language for code, language in load_languages().items() if language.latin}
    for code, spoken in languages.items():
        yield from ((word, code) for word in sorted(spoken.romanised_words))
    for path in sorted([*root.glob("data/nlu/*/*.yml"), *root.glob("knowledge/sources/*/*.yml")]):
        language = path.stem if path.parts[-4:-2] == ("data", "nlu") or "nlu" in path.parts else path.parent.name
        if language not in languages:
            continue
        for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            if text.isascii() and len(split_words(text)) >= (2 if language == DEFAULT_LANGUAGE else 1):
                yield text, language


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "examples" and isinstance(value, str):
                yield from (line.removeprefix("- ") for line in value.splitlines())
            elif key in ("questions", "romanised", "mixed"):
                yield from map(str, value)
            elif key in ("nlu", "topics"):
                yield from _texts(value)
    elif isinstance(content, list):
        for item in content:
            yield from _texts(item)


def _count(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for feature in features(split_words(text)):
        counts[feature] = counts.get(feature, 0) + 1
    return counts


def _normalised(rows: csr_matrix) -> csr_matrix:
    norms = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    norms[norms == 0] = 1.0
    return csr_matrix(rows.multiply(1.0 / norms[:, None]))


if __name__ == "__main__":
    main()
