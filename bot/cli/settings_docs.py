"""`seva settings`: the settings table as people read it; `--write` renews docs/settings.md and .env.example from it."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Annotated, Any

import typer

from bot.config import ROOT, Config, Secret

DOCS = ROOT / "docs" / "settings.md"
EXAMPLE = ROOT / ".env.example"
HEAD = """# Settings

Every setting is an environment variable, or a line in `.env` in the project's folder. Secrets that Seva generates
itself stand in `DATA_DIR/secrets.env`. This page is made from the table in `bot/config.py` by `seva settings --write`;
a test holds them together.

| setting | default | unit | meaning |
| --- | --- | --- | --- |
"""


def settings(write: Annotated[bool, typer.Option(help="Renew docs/settings.md and .env.example.")] = False) -> None:
    """Prints every setting with its default and meaning."""
    if write:
        DOCS.write_text(build_page(), encoding="utf-8")
        EXAMPLE.write_text(build_example(), encoding="utf-8")
        return
    typer.echo(build_page())


def build_page() -> str:
    """The text of docs/settings.md."""
    rows = (
        f"| `{one.name.upper()}` | {_shown(one)} | {one.metadata['unit']} | {one.metadata['help']} |\n"
        for one in fields(Config)
    )
    return HEAD + "".join(rows)


def build_example() -> str:
    """The text of .env.example: every setting, switched off, with its meaning."""
    blocks = (f"# {one.metadata['help']}\n# {one.name.upper()}={_plain(one)}\n" for one in fields(Config))
    return "# Copy to .env and take the # away from what you change.\n\n" + "\n".join(blocks)


def _shown(one: Field[Any]) -> str:
    plain = _plain(one)
    return f"`{plain}`" if plain else ""


def _plain(one: Field[Any]) -> str:
    if isinstance(one.default, Secret) or one.default is None:
        return ""
    if isinstance(one.default, bool):
        return str(one.default).lower()
    return ",".join(one.default) if isinstance(one.default, tuple) else str(one.default)
