"""The demo shop's pages: a front page with some products, a page for each, and drawings of them.

They read the catalogue and carry the chat by one script tag, as any shop's page would. They work without JavaScript.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bot.page_texts import keep_language, language_of, page_values
from bot.shop.demo_sign_in import build_sign_in, keep_sign_in
from bot.shop.models import Product
from bot.shop.pictures import build_picture
from bot.shop.raster import build_png
from bot.shop.shelf import build_choices, build_tile, picture_words

# What the demo shop puts in its window; another shop's first products are shown instead.
WINDOW = (
    "block-print-cotton-kurti", "brass-davara-set", "kanchi-cotton-saree", "kolhapuri-chappal", "bandhani-dupatta",
    "copper-bottle", "kutch-kurta-men", "jaipuri-bedsheet-double", "steel-tiffin", "cotton-dhurrie", "led-desk-lamp",
    "cast-iron-dosa-tawa",
)  # fmt: skip
WINDOW_SIZE = len(WINDOW)
ALSO_SIZE = 4
LANGUAGE_COOKIE = "seva_language"


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """The shop's window."""
    language = language_of(request, LANGUAGE_COOKIE)
    tiles = [build_tile(product, language) for product in _window_products()]
    return _page(request, "shop/front.html", language, {"tiles": tiles})


@require_safe
def product_page(request: HttpRequest, handle: str) -> HttpResponse:
    """One product with its choices; drafts and unknown ones get a friendly 404."""
    language = language_of(request, LANGUAGE_COOKIE)
    product = _on_sale().filter(handle=handle).first()
    if product is None:
        tiles = [build_tile(other, language) for other in _window_products()[:ALSO_SIZE]]
        return _page(request, "shop/missing.html", language, {"tiles": tiles}, status=404)
    others = [other for other in _window_products() if other.pk != product.pk]
    # Starting after the product's own place gives each page other neighbours without chance.
    start = product.pk % max(1, len(others))
    also = [build_tile(other, language) for other in (others[start:] + others[:start])[:ALSO_SIZE]]
    context = {
        "product": product,
        "tile": build_tile(product, language),
        "choices": build_choices(product),
        "also": also,
    }
    return _page(request, "shop/product.html", language, context)


@require_safe
@cache_control(public=True, max_age=3600)
def product_picture(request: HttpRequest, handle: str) -> HttpResponse:
    """The drawing that stands in for a photograph, as SVG."""
    picture = _draw(handle)
    if picture is None:
        return HttpResponse(status=404)
    response = HttpResponse(picture, content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def product_png(request: HttpRequest, handle: str) -> HttpResponse:
    """The same drawing as PNG, which every channel can show."""
    picture = _draw(handle)
    return HttpResponse(build_png(picture), content_type="image/png") if picture else HttpResponse(status=404)


def _draw(handle: str) -> str | None:
    """The product's drawing as SVG; None if there is no such product on sale."""
    product = _on_sale().filter(handle=handle).first()
    return build_picture(product.kind, product.handle, picture_words(product)) if product else None


def _on_sale() -> QuerySet[Product]:
    return Product.objects.filter(on_sale=True).prefetch_related("variants", "names")


def _window_products() -> list[Product]:
    chosen = {product.handle: product for product in _on_sale().filter(handle__in=WINDOW)}
    shown = [chosen[handle] for handle in WINDOW if handle in chosen]
    if len(shown) < WINDOW_SIZE:
        shown += _on_sale().exclude(handle__in=WINDOW)[: WINDOW_SIZE - len(shown)]
    return shown


def _page(
    request: HttpRequest, template: str, language: str, values: dict[str, Any], status: int = 200
) -> HttpResponse:
    known = build_sign_in(request, language)
    response = render(request, template, page_values("shop_page", language) | known | values, status=status)
    keep_language(request, response, language, LANGUAGE_COOKIE)
    keep_sign_in(request, response)
    if known:
        response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response
