"""The command `seva`: everything an operator does from a terminal.

Each command is thin: it calls the module that does the work and prints. Errors of ours end in one line and exit code 1.
"""

from __future__ import annotations

import sys

import typer

from bot.cli import channels, evaluation, faq, languages, prepare, privacy, settings_docs, shop, talk, up
from bot.errors import BotError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command("up")(up.up)
app.command("setup")(prepare.setup)
app.command("train")(prepare.train)
app.command("migrate")(prepare.migrate)
app.command("ask")(talk.ask)
app.command("evaluate")(evaluation.evaluate)
app.command("evaluate-dialogues")(evaluation.evaluate_dialogues)
app.command("calibrate")(evaluation.calibrate)
app.command("languages")(languages.languages)
app.command("settings")(settings_docs.settings)
app.add_typer(shop.app, name="shop")
app.add_typer(faq.app, name="faq")
app.add_typer(privacy.app, name="privacy")
app.add_typer(channels.app, name="channels")


def main() -> None:
    """Entry point of the command."""
    try:
        app()
    except BotError as error:
        sys.exit(f"seva: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
