"""The drawings as PNG: for channels that show no SVG."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from bot.shop.pictures import build_picture
from bot.shop.raster import build_png, read_path

DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 400"><rect width="320" height="400" fill="#ffffff"/>'
    '<g transform="translate(0 100)"><circle cx="160" cy="100" r="50" fill="#a8362d"/></g>'
    '<path d="M0 10 h100" stroke="#2f3f73" stroke-width="8" stroke-dasharray="20 20"/></svg>'
)


def read(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(build_png(svg))).convert("RGB")


@pytest.mark.parametrize(
    ("at", "colour"),
    [
        ((320, 400), (168, 54, 45)),
        ((320, 200), (255, 255, 255)),
        ((20, 20), (47, 63, 115)),
        ((60, 20), (255, 255, 255)),
    ],
    ids=["inside the moved circle", "where it would be unmoved", "on a dash", "between dashes"],
)
def test_shapes_lie_where_the_drawing_puts_them(at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    found = read(DRAWN).getpixel(at)
    assert isinstance(found, tuple)
    assert all(abs(one - other) <= 6 for one, other in zip(found, colour, strict=True))


def test_a_half_circle_bulges_to_the_side_it_is_drawn_to() -> None:
    (line,) = read_path("M0 0 a10 10 0 0 1 20 0")
    assert line[-1] == pytest.approx((20, 0))
    assert min(y for _, y in line) == pytest.approx(-10, abs=0.2)


@pytest.mark.parametrize("kind", ["Saree", "Sandals", "Lamp", "Cookware", "unheard of"])
def test_every_drawing_becomes_a_small_picture(kind: str) -> None:
    picture = build_png(build_picture(kind, "some-handle", "red"))
    assert Image.open(io.BytesIO(picture)).size == (640, 800)
    assert len(picture) < 60_000


def test_a_product_has_its_picture_as_png(demo_shop: None, client: Client) -> None:
    answer = client.get("/products/kanchi-cotton-saree/picture.png")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert client.get("/products/sofa-cover-set/picture.png").status_code == 404
