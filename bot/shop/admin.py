"""The catalogue and the orders in Django's admin, to look at. They are changed by imports only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bot.read_only_admin import ReadOnlyPage, ReadOnlyRows
from bot.shop.models import (
    Customer,
    NotedReturn,
    Order,
    OrderLine,
    Parcel,
    Product,
    ProductName,
    ShopEffect,
    ShownCode,
    Variant,
)


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


@admin.register(NotedReturn)
class NotedReturnPage(ReadOnlyPage):
    """Returns that the assistant has noted."""

    list_display = ("number", "order", "position", "reason", "way", "handover", "refund_to", "state", "noted_at")
    list_filter = ("state", "reason", "way")
    search_fields = ("number", "order__name")


@admin.register(ShopEffect)
class ShopEffectPage(ReadOnlyPage):
    """What the assistant changed on customers' wishes."""

    list_display = ("order", "kind", "outcome", "done_at")
    list_filter = ("kind",)
    search_fields = ("order__name",)


@admin.register(ShownCode)
class ShownCodePage(ReadOnlyPage):
    """One-time codes that the demo's sender shows here instead of sending them, as long as they count."""

    list_display = ("sent_to", "text", "sent_at", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShownCode]:
        """Only what still counts."""
        return ShownCode.objects.filter(until__gt=timezone.now())
