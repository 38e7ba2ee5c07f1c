"""The demo shop's pages: names, prices, stock, languages, drawings."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client

from bot.shop.models import Product, ProductName, Variant
from bot.shop.pictures import DRAWINGS, build_picture, choose_colour, choose_drawing
from bot.shop.shelf import build_choices, build_tile

pytestmark = pytest.mark.django_db


@pytest.fixture
def kurti() -> Product:
    made = Product.objects.create(
        handle="kurti", title="Cotton Kurti", kind="Kurti", option_names=["Size", "Color"], material="Cotton"
    )
    ProductName.objects.create(product=made, language="gu", name="કોટન કુર્તી")
    rows = (("S", 2, "799"), ("M", 0, "699"), ("L", 1, "849"))
    for place, (size, stock, price) in enumerate(rows, start=1):
        Variant.objects.create(
            product=made, position=place, options=[size, "Indigo"], stock=stock, price=Decimal(price),
            compare_at_price=Decimal("999"),
        )  # fmt: skip
    return made


def test_tile_shows_the_cheapest_that_can_be_ordered(kurti: Product) -> None:
    tile = build_tile(kurti, "en")
    assert (tile.price, tile.mrp, tile.saved_percent, tile.stock, tile.count) == ("₹799", "₹999", 20, "few_left", 3)


def test_sold_out_values_are_marked(kurti: Product) -> None:
    size, colour = build_choices(kurti)
    assert size.values == (("S", True), ("M", False), ("L", True))
    assert colour.values == (("Indigo", True),)


def test_front_page_in_gujarati_is_remembered(client: Client, kurti: Product) -> None:
    assert "કોટન કુર્તી" in client.get("/?lang=gu").content.decode()
    assert "કોટન કુર્તી" in client.get("/products/kurti").content.decode()


def test_browser_s_language_is_taken_up(client: Client, kurti: Product) -> None:
    page = client.get("/", headers={"Accept-Language": "ta-IN,ta;q=0.9,en;q=0.5"}).content.decode()
    assert '<html lang="ta">' in page


def test_drafts_and_unknown_products_are_a_friendly_404(client: Client, kurti: Product) -> None:
    Product.objects.create(handle="draft", title="Secret draft", on_sale=False)
    for handle in ("draft", "never-was"):
        answer = client.get(f"/products/{handle}")
        assert answer.status_code == 404
        assert "Secret draft" not in answer.content.decode()
        assert "Cotton Kurti" in answer.content.decode()
        assert client.get(f"/products/{handle}/picture.svg").status_code == 404


def test_product_without_variants_still_shows(client: Client) -> None:
    Product.objects.create(handle="bare", title="Bare product")
    assert "Bare product" in client.get("/products/bare").content.decode()


def test_picture_is_svg_that_can_run_nothing(client: Client, kurti: Product) -> None:
    answer = client.get("/products/kurti/picture.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "#2f3f73" in answer.content.decode()


@pytest.mark.parametrize("drawing", sorted(DRAWINGS.glob("*.svg")), ids=lambda file: file.stem)
def test_every_drawing_is_well_formed_and_filled(drawing: Path) -> None:
    text = build_picture(drawing.stem, drawing.stem, "")
    assert "$" not in text
    ElementTree.fromstring(text)  # noqa: S314 - our own file


@pytest.mark.parametrize(
    ("kind", "handle", "drawing"),
    [
        ("Saree", "soft-silk-saree", "saree"),
        ("Cookware", "cast-iron-dosa-tawa", "tawa"),
        ("Scale", "kitchen-scale", "parcel"),
    ],
)
def test_drawing_follows_the_kind(kind: str, handle: str, drawing: str) -> None:
    assert choose_drawing(kind, handle) == drawing


def test_colour_is_the_one_named_first() -> None:
    assert choose_colour("Navy and Gold", "x", "saree") == "#2a3a5c"
    assert choose_colour("", "x", "tawa") == "#45414a"
