"""`seva faq …`: the shop's answers and the index that finds them."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="FAQ answers and their index.")


@app.callback()
def faq() -> None:
    """FAQ answers and their index."""


@app.command("lint")
def lint() -> None:
    """Looks through all answers: missing languages, duplicates, too similar topics, dead links, too long texts."""
    from knowledge import commands

    findings = commands.lint()
    for finding in findings:
        typer.echo(str(finding))
    typer.echo(f"{len(findings)} findings" if findings else "nothing to mend")
    if findings:
        raise typer.Exit(1)


@app.command("index")
def index() -> None:
    """Builds the index from `knowledge/sources`. The running system takes it over by itself."""
    from bot.cli.progress import clock
    from knowledge import commands

    with clock("Building the FAQ index"):
        manifest = commands.build_index()
    typer.echo(str(manifest))
