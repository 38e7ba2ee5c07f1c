"""`seva shop …`: the shop's catalogue, orders and customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import prepare
from bot.cli.django_setup import use_django
from bot.errors import ImportRefused

app = typer.Typer(no_args_is_help=True, help="Products, orders and customers.")


@app.callback()
def shop() -> None:
    """Products, orders and customers."""


@app.command("import")
def import_(
    products: Annotated[Path | None, typer.Option(help="Shopify's product export (CSV).")] = None,
    orders: Annotated[Path | None, typer.Option(help="Shopify's order export (CSV).")] = None,
    customers: Annotated[Path | None, typer.Option(help="Shopify's customer export (CSV).")] = None,
    names: Annotated[Path | None, typer.Option(help="Product names in other languages: handle,lang,name.")] = None,
    demo: Annotated[bool, typer.Option(help="Load the demo shop instead.")] = False,
) -> None:
    """Loads the shop's exports; safe to repeat. Rows that cannot be taken are reported, the rest is loaded as one."""
    if demo:
        store = prepare.DEMO_STORE
        products, orders = store / "products.csv", store / "orders.csv"
        customers, names = store / "customers.csv", store / "product_names.csv"
    if not any((products, orders, customers, names)):
        raise ImportRefused(
            "say what to load: --products FILE, --orders FILE, --customers FILE, --names FILE, or --demo"
        )
    prepare.setup()
    use_django()
    from bot.shop.commands import import_shop

    report = import_shop(products, orders, customers, names)
    for refused in report.refused:
        typer.echo(str(refused), err=True)
    typer.echo(str(report))
    if report.refused:
        raise typer.Exit(2)
