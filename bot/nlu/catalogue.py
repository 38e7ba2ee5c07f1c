"""The shop's products as the message pipeline knows them: every name a product goes by, its colours and kinds.

Read from the same Shopify files that the shop's import takes (`products.csv`, optionally `product_names.csv` and
`product_aliases.csv` with `handle,name`). Knows neither the database nor prices.
"""

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from bot.language.languages import section

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / "demo" / "store"
LEXICON = Path(__file__).with_name("lexicon.yml")


@dataclass
class Product:
    """One product; `names` in all languages and spellings that are known."""

    handle: str
    names: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lexicon:
    """Words for colours and kinds of goods (key of the catalogue -> ways to say it), and names of other companies."""

    colors: dict[str, list[str]]
    kinds: dict[str, list[str]]
    companies: list[str]


def load_products(folder: Path) -> list[Product]:
    """Active products of the folder's files, in the files' order; none if there is no `products.csv`."""
    products: dict[str, Product] = {}
    for row in _rows(folder / "products.csv"):
        handle = row.get("Handle", "").strip()
        if not handle or not row.get("Title", "").strip() or row.get("Status", "active") not in ("active", ""):
            continue
        tags = [tag.strip().lower() for tag in row.get("Tags", "").split(",") if tag.strip()]
        names = [row["Title"], handle.replace("-", " "), *(tag for tag in tags if " " in tag)]
        products[handle] = Product(handle, names, [row.get("Type", "").strip().lower(), *tags])
    for file in ("product_names.csv", "product_aliases.csv"):
        for row in _rows(folder / file):
            if product := products.get(row.get("handle", "").strip()):
                product.names.append(row.get("name", "").strip())
    return list(products.values())


@cache
def load_lexicon() -> Lexicon:
    """The words of `lexicon.yml`, and those that a language brings in its own language.yml, section `lexicon`."""
    content = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    companies: list[str] = content["companies"]
    for _, own in section("lexicon"):
        for part in ("colors", "kinds"):
            for key, words in (own.get(part) or {}).items():
                content[part].setdefault(key, []).extend(words)
        companies += own.get("companies") or []
    return Lexicon(content["colors"], content["kinds"], companies)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]
