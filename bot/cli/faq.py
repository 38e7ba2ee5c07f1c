"""`seva faq …`: the shop's answers and the index that finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="FAQ answers and their index.")


@app.callback()
def faq() -> None:
    """FAQ answers and their index."""


@app.command("lint")
def lint(
    folder: Annotated[
        Path | None, typer.Argument(file_okay=False, exists=True, help="A FAQ elsewhere; without it, the shop's own.")
    ] = None,
    similar: Annotated[bool, typer.Option(help="Also look for questions of two topics that mean the same.")] = True,
) -> None:
    """Looks through all answers: missing languages, duplicates, too similar topics, dead links, too long texts.

    Exit code 1 with errors, 0 with warnings only: those want a look, and the FAQ works with them.
    """
    from knowledge import commands
    from knowledge.sources import ROOT

    findings = commands.lint(folder or ROOT, similar=similar)
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings" if findings else "nothing to mend")
    if errors:
        raise typer.Exit(1)


@app.command("index")
def index() -> None:
    """Builds the index from `knowledge/sources`. The running system takes it over by itself."""
    from bot.cli.progress import clock
    from knowledge import commands

    with clock("Building the FAQ index"):
        manifest = commands.build_index()
    typer.echo(str(manifest))
