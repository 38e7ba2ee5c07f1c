"""Words as WhatsApp shows them: Markdown's signs become its own, links stay readable (CHANNELS 1.10). Pure."""

from __future__ import annotations

import re

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"*\1*"),
    (re.compile(r"__(?=\S)(.+?)(?<=\S)__"), r"_\1_"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"~\1~"),
    (re.compile(r"(?m)^#{1,6}[ \t]+(.+?)[ \t]*$"), r"*\1*"),
    (re.compile(r"\[([^\]\n]{1,300})\]\((https?://[^\s)]{1,1000})\)"), r"\1 (\2)"),
)


def convert_markup(text: str) -> str:
    """The text with bold, italics, struck-out words, headings and links of Markdown put into WhatsApp's signs."""
    for pattern, sign in _RULES:
        text = pattern.sub(sign, text)
    return text
