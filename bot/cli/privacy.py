"""`seva privacy …`: finishes customers' wishes about their own data (docs/privacy.md)."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.django_setup import use_django

app = typer.Typer(no_args_is_help=True, help="Customers' wishes about their own data.")
Number = Annotated[str, typer.Argument(help="The request's number, for example P-1003.")]


@app.command("list")
def list_() -> None:
    """Open requests, the most pressing first."""
    use_django()
    from bot.care.models import PrivacyRequest, RequestState

    for one in PrivacyRequest.objects.filter(state=RequestState.OPEN).order_by("due_on"):
        typer.echo(f"{one.number}  {one.wish:8} by {one.due_on}  proof: {one.proof or 'none'}  {one.words}")


@app.command("export")
def export(number: Number, out: Annotated[Path, typer.Option(help="File to write (JSON).")]) -> None:
    """Writes everything about the customer into a file that only you can read."""
    use_django()
    from bot.care.personal import encode
    from bot.care.requests import export_request, find_request

    found = export_request(find_request(number).pk, getpass.getuser())
    out.touch(mode=0o600, exist_ok=False)
    out.write_text(encode(found), encoding="utf-8")
    typer.echo(f"{number}: written to {out}. Hand it over, then: seva privacy done {number}")


@app.command("done")
def done(number: Number) -> None:
    """The copy is ready, or the data is corrected; the customer is told in their channel."""
    use_django()
    from bot.care.requests import find_request, finish_request

    request = find_request(number)
    if request.wish == "erase":
        raise typer.BadParameter(f"erase it with: seva privacy erase {number} --yes")
    typer.echo(f"{number}: told" if finish_request(request.pk, getpass.getuser()) else f"{number}: was finished before")


@app.command("refuse")
def refuse(number: Number) -> None:
    """Nobody could check that the data is theirs; the customer is told."""
    use_django()
    from bot.care.requests import find_request, refuse_request

    ended = refuse_request(find_request(number).pk, getpass.getuser())
    typer.echo(f"{number}: told" if ended else f"{number}: was finished before")


@app.command("erase")
def erase(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone; say that you mean it.")] = False,
) -> None:
    """Erases everything about the customer for good, except orders and invoices; the customer is told."""
    use_django()
    from bot.care.requests import erase_request, find_request

    request = find_request(number)
    if not yes:
        raise typer.BadParameter(f"{number} would be erased for good; repeat with --yes")
    if request.wish != "erase":
        raise typer.BadParameter(f"{number} asks for something else ({request.wish})")
    ended = erase_request(request.pk, getpass.getuser())
    typer.echo(f"{number}: erased" if ended else f"{number}: was finished before")


@app.command("forget")
def forget() -> None:
    """Takes away the addresses of erased customers who have been told now; the gateway does so every hour."""
    use_django()
    from bot.care.forgetting import forget_addresses

    typer.echo(f"{forget_addresses()} addresses forgotten")
