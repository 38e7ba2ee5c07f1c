"""Addresses of the demo shop's own pages."""

from __future__ import annotations

from django.urls import path

from bot.shop import invoices, pages, tokens

app_name = "shop"
urlpatterns = [
    path("", pages.front_page, name="front"),
    path("shop-token", tokens.token_page, name="token"),
    path("invoices/<str:token>.pdf", invoices.invoice_page, name="invoice"),
    path("products/<slug:handle>", pages.product_page, name="product"),
    path("products/<slug:handle>/picture.svg", pages.product_picture, name="picture"),
    path("products/<slug:handle>/picture.png", pages.product_png, name="picture_png"),
]
