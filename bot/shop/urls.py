"""Addresses of the demo shop's own pages."""

from __future__ import annotations

from django.urls import path

from bot.shop import pages

app_name = "shop"
urlpatterns = [
    path("", pages.front_page, name="front"),
    path("products/<slug:handle>", pages.product_page, name="product"),
    path("products/<slug:handle>/picture.svg", pages.product_picture, name="picture"),
    path("products/<slug:handle>/picture.png", pages.product_png, name="picture_png"),
]
