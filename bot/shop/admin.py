"""The catalogue and the orders in Django's admin, to look at. They are changed by imports only."""

from __future__ import annotations

from django.contrib import admin

from bot.read_only_admin import ReadOnlyPage, ReadOnlyRows
from bot.shop.models import Customer, Order, OrderLine, Parcel, Product, ProductName, Variant


class VariantRows(ReadOnlyRows):
    """The variants on a product's page."""

    model = Variant
    fields = ("sku", "options", "price", "compare_at_price", "stock", "always_available")


class NameRows(ReadOnlyRows):
    """Its names in other languages."""

    model = ProductName
    fields = ("language", "name")


class LineRows(ReadOnlyRows):
    """What was ordered."""

    model = OrderLine
    fields = ("quantity", "name", "sku", "price", "sent")


class ParcelRows(ReadOnlyRows):
    """What is on its way."""

    model = Parcel
    fields = ("carrier", "tracking_number", "status", "delivered_at")


@admin.register(Product)
class ProductPage(ReadOnlyPage):
    """Products."""

    list_display = ("title", "handle", "kind", "vendor", "on_sale", "updated_at")
    list_filter = ("on_sale", "kind")
    search_fields = ("title", "handle", "names__name")
    inlines = (NameRows, VariantRows)


@admin.register(Order)
class OrderPage(ReadOnlyPage):
    """Orders."""

    list_display = ("name", "placed_at", "total", "financial_status", "fulfillment_status", "return_status", "city")
    list_filter = ("financial_status", "fulfillment_status", "return_status")
    search_fields = ("name", "email", "phone", "recipient")
    date_hierarchy = "placed_at"
    inlines = (LineRows, ParcelRows)


@admin.register(Customer)
class CustomerPage(ReadOnlyPage):
    """Customers."""

    list_display = ("__str__", "email", "phone", "language", "city", "total_orders", "total_spent")
    list_filter = ("language",)
    search_fields = ("email", "phone", "first_name", "last_name")
