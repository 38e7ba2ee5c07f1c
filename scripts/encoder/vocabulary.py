"""Which pieces of the large vocabulary the encoder keeps, and the tokenizer that cuts texts into them.

Kept are lower-case Latin, Gujarati, Tamil and Devanagari pieces (Hindi is the likeliest next language), digits, signs
and single symbols; texts are lower-cased before they are cut, so capitals need no pieces of their own.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from weights import Packed

# Latin pieces by how common they are over all languages: enough for English and for romanised Gujarati and Tamil.
LATIN_PIECES = 36_000
# So many of them are written down in the end: all that any known text needs, then the likeliest.
LATIN_WRITTEN = 29_000
_SPACE = "\u2581"
_INDIC = ((0x0A80, 0x0AFF), (0x0B80, 0x0BFF), (0x0900, 0x097F))


def choose_pieces(packed: Packed) -> list[int]:
    """Indices of the kept pieces; the special ones first, then in the order of the large vocabulary."""
    special = [packed.special[name] for name in ("bos", "pad", "eos", "unk")]
    latin = [i for i, piece in enumerate(packed.pieces) if _is_latin(piece)]
    latin.sort(key=lambda i: -packed.scores[i])
    kept = set(latin[:LATIN_PIECES])
    kept |= {i for i, piece in enumerate(packed.pieces) if _is_indic(piece) or _is_plain(piece)}
    return special + sorted(kept - set(special))


def build_tokenizer(packed: Packed, kept: list[int]) -> Tokenizer:
    """A unigram tokenizer over the kept pieces: lower case, NFKC, one space between words."""
    pieces = [(packed.pieces[i], packed.scores[i]) for i in kept]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def cut_tokenizer(source: Path, out: Path, texts: Iterable[str]) -> list[int]:
    """Writes the tokenizer with the pieces worth keeping; returns their rows among those of `source`."""
    tokenizer, content = Tokenizer.from_file(str(source)), json.loads(source.read_text("utf-8"))
    pieces = content["model"]["vocab"]
    used = {row for text in texts for row in tokenizer.encode(text).ids}
    latin = [row for row, (piece, _) in enumerate(pieces) if _is_latin(piece)]
    latin.sort(key=lambda row: (row not in used, -pieces[row][1]))
    left_out = set(latin[LATIN_WRITTEN:])
    rows = [row for row in range(len(pieces)) if row not in left_out]
    content["model"]["vocab"] = [pieces[row] for row in rows]
    out.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return rows


def _is_latin(piece: str) -> bool:
    letters = piece.replace(_SPACE, "")
    return bool(letters) and all("a" <= char <= "z" or char == "'" for char in letters)


def _is_indic(piece: str) -> bool:
    letters = piece.replace(_SPACE, "")
    return bool(letters) and all(any(low <= ord(char) <= high for low, high in _INDIC) for char in letters)


def _is_plain(piece: str) -> bool:
    """Digits, punctuation, and single symbols such as emoji and currency signs."""
    letters = piece.replace(_SPACE, "")
    if not letters:
        return True
    if letters.isascii():
        return not any(char.isalpha() for char in letters)
    return len(letters) == 1 and unicodedata.category(letters)[0] in "SP"
