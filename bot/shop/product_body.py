"""Takes Shopify's `Body (HTML)` apart: a plain description, and material, care and warranty where they are listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "br", "ul", "ol", "li", "tr", "td", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_HIDDEN = {"script", "style", "head", "template"}
_LABELS = {
    "material": "material", "materials": "material", "fabric": "material", "composition": "material",
    "care": "care", "wash care": "care", "care instructions": "care",
    "warranty": "warranty", "guarantee": "warranty",
}  # fmt: skip


@dataclass(frozen=True)
class Body:
    """Plain texts; empty where the page says nothing."""

    description: str = ""
    material: str = ""
    care: str = ""
    warranty: str = ""


def parse_body(html: str) -> Body:
    """Reads `<li>Material: ...</li>` and the like (also as paragraphs); everything else is description."""
    collector = _Lines()
    collector.feed(html)
    collector.close()
    found: dict[str, str] = {}
    rest: list[str] = []
    for line in collector.lines():
        label, colon, value = line.partition(":")
        key = _LABELS.get(label.strip().casefold(), "") if colon else ""
        if key and value.strip() and key not in found:
            found[key] = value.strip()
        else:
            rest.append(line)
    return Body(" ".join(rest), found.get("material", ""), found.get("care", ""), found.get("warranty", ""))


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS:
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text.append(re.sub(r"\s+", " ", data))

    def lines(self) -> list[str]:
        joined = "".join(self._text).split("\n")
        return [line for line in (re.sub(r" +", " ", part).strip() for part in joined) if line]
