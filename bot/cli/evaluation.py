"""`seva evaluate` and `seva evaluate-dialogues`: measured against labelled files, never trained on them."""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.asking import asking
from bot.cli.chat import Chat
from bot.cli.django_setup import use_django
from bot.cli.prepare import make_secrets
from bot.cli.progress import clock
from bot.cli.running import running_system
from bot.config import config
from bot.evaluation.cases import read_cases
from bot.evaluation.dialogues import Talker, read_dialogues, run_dialogues
from bot.evaluation.report import run_cases
from bot.evaluation.runs import build_comparison, keep_run, read_last_run

CasesFile = Annotated[Path, typer.Argument(metavar="CASES.jsonl", exists=True, dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One object of JSON instead of tables.")]


def evaluate(
    file: CasesFile,
    as_json: AsJson = False,
    cases_out: Annotated[Path | None, typer.Option(help="Writes one line a case: id, got, ok.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draws how far confidence can be trusted.")
    ] = None,
) -> None:
    """Asks every case of FILE, reports the figures by language group, and what changed since the last time.

    Never trains on them. Each run's turns (no customer's words) are kept under DATA_DIR/evaluations.
    """
    cases = read_cases(file)
    make_secrets()
    state = {"done": 0}
    with running_system(), clock(f"Asking {len(cases)} cases", lambda: f"({state['done']} done)"), asking() as ask:
        report = run_cases(cases, ask, lambda done, total: state.update(done=done))
    if cases_out:
        report.write_cases(cases_out)
    if plot:
        # Loaded late: matplotlib takes a second that other commands need not wait.
        from bot.evaluation.plot import draw

        draw(report, plot)
    last = read_last_run(file, config().data_path)
    changes = build_comparison(report, last) if last else None
    keep_run(report, file, config().data_path)
    if as_json:
        typer.echo(json.dumps({**report.as_json(), "comparison": changes and changes.as_json()}))
    else:
        typer.echo("\n\n".join([report.as_text(), changes.as_text() if changes else "no earlier run to compare with"]))


def evaluate_dialogues(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", exists=True, dir_okay=False)], as_json: AsJson = False
) -> None:
    """Holds every dialogue of FILE with the whole running system and says which did not go as expected."""
    dialogues = read_dialogues(file)
    make_secrets()
    with running_system():
        use_django()
        state = {"done": 0}
        with clock(f"Holding {len(dialogues)} dialogues", lambda: f"({state['done']} done)"):
            outcome = asyncio.run(run_dialogues(dialogues, _open_chat, lambda count: state.update(done=count)))
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
        return
    for failure in outcome.failures:
        typer.echo(f"{failure.id}, turn {failure.turn}: {failure.why}")
    typer.echo(f"{outcome.passed} passed, {outcome.failed} failed")


def calibrate(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[CASES.jsonl]...", exists=True, dir_okay=False)] = None,
) -> None:
    """Fits the gate anew on tests/nlu and on the even ids of further files; for changed answers or examples."""
    from bot.evaluation.calibrate import calibrate as fit

    with clock("Calibrating the gate"):
        content = fit(files or [])
    typer.echo(json.dumps(content["measured"], indent=1))


def _open_chat(channel: str, language: str) -> AbstractAsyncContextManager[Talker]:
    return Chat(language.partition("-")[0] if language not in {"", "mix"} else None)
