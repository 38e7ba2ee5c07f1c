"""What the shop sells and has sold, as imported from Shopify's exports. Amounts are in the order's currency.

Written by the importers (`bot.shop.commands`), and on a customer's word by the embedded shop alone
(`bot.shop.embedded`). Who may see and change what stands in `bot.shop.proofs`, whichever shop the orders are in.
"""

from __future__ import annotations

from django.db import models

from bot.shop.proofs import CodeTry as CodeTry
from bot.shop.proofs import IdentityTry as IdentityTry
from bot.shop.proofs import KnownPerson as KnownPerson
from bot.shop.proofs import OneTimeCode as OneTimeCode
from bot.shop.proofs import ShownCode as ShownCode
from bot.shop.proofs import VerifiedOrder as VerifiedOrder
from bot.shop.restock_watch import RestockWatch as RestockWatch
from bot.shop.return_talks import ReturnTalk as ReturnTalk


class Product(models.Model):
    """One page of the shop; what can be put into a bag is its variants."""

    handle = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True, help_text="Plain text, without the attributes below")
    material = models.TextField(blank=True)
    care = models.TextField(blank=True)
    warranty = models.TextField(blank=True)
    vendor = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=255, blank=True, help_text="Shopify's product type")
    tags = models.JSONField(default=list, blank=True)
    option_names = models.JSONField(default=list, blank=True, help_text='For example ["Size", "Color"]')
    image = models.CharField(max_length=500, blank=True)
    on_sale = models.BooleanField(default=True, help_text="Active and published; drafts are never shown")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("handle",)

    def __str__(self) -> str:
        return self.title


class Variant(models.Model):
    """One size and colour of a product, with its price and stock."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=255, blank=True, db_index=True)
    options = models.JSONField(default=list, blank=True, help_text="Values in the order of the product's option names")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    compare_at_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    stock = models.IntegerField(default=0)
    always_available = models.BooleanField(default=False, help_text="Not counted, or sold beyond its stock")

    class Meta:
        ordering = ("product", "position")
        constraints = (models.UniqueConstraint(fields=("product", "position"), name="variant_place_in_product"),)

    def __str__(self) -> str:
        return self.sku or f"{self.product_id}/{self.position}"

    @property
    def available(self) -> bool:
        """Whether it can be ordered now."""
        return self.always_available or self.stock > 0


class ProductName(models.Model):
    """What a product is called in another language; the title is the English one."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("product", "language"), name="one_name_a_language"),)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A person known to the shop; e-mail lower-case, phone as E.164."""

    email = models.CharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=8, blank=True)
    city = models.CharField(max_length=255, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    tags = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    total_spent = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    total_orders = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("email",), condition=~models.Q(email=""), name="customer_email_once"),
            models.UniqueConstraint(
                fields=("phone",), condition=models.Q(email=""), name="customer_phone_once_without_email"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone


class Order(models.Model):
    """One order with its money; lines and parcels stand beside it."""

    name = models.CharField(max_length=64, unique=True, help_text="As the customer sees it, for example TT-10432")
    number_key = models.CharField(max_length=64, db_index=True, help_text="Letters and digits of the name, upper-case")
    digits = models.CharField(max_length=64, db_index=True, help_text="Digits of the name")
    external_id = models.CharField(max_length=64, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    email = models.CharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True, help_text="E.164")
    currency = models.CharField(max_length=3, default="INR")
    subtotal = models.DecimalField(max_digits=12, decimal_places=2)
    shipping = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    taxes = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    discount_code = models.CharField(max_length=255, blank=True)
    discount_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    refunded = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outstanding = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    financial_status = models.CharField(max_length=32, blank=True)
    fulfillment_status = models.CharField(max_length=32, blank=True)
    return_status = models.CharField(max_length=32, blank=True)
    payment_method = models.CharField(max_length=255, blank=True)
    shipping_method = models.CharField(max_length=255, blank=True)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    estimated_delivery = models.DateField(null=True, blank=True)
    recipient = models.CharField(max_length=255, blank=True)
    street = models.CharField(max_length=500, blank=True)
    city = models.CharField(max_length=255, blank=True)
    zip_code = models.CharField(max_length=32, blank=True)
    province = models.CharField(max_length=64, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    notes = models.TextField(blank=True, help_text="For the staff; never quoted to a customer")
    tags = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("-placed_at",)

    def __str__(self) -> str:
        return self.name


class OrderLine(models.Model):
    """One product of an order, as named and priced on the day of the order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=500)
    sku = models.CharField(max_length=255, blank=True)
    variant = models.ForeignKey(Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=2)
    compare_at_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    sent = models.BooleanField(default=False, help_text="Has left the warehouse")

    class Meta:
        ordering = ("order", "position")
        constraints = (models.UniqueConstraint(fields=("order", "position"), name="line_place_in_order"),)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class Parcel(models.Model):
    """What a courier (or the pick-up counter) has of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    position = models.PositiveIntegerField(default=1)
    carrier = models.CharField(max_length=255, blank=True)
    tracking_number = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=32, blank=True, help_text="in_transit, delayed, delivered ...")
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("order", "position")
        constraints = (models.UniqueConstraint(fields=("order", "position"), name="parcel_place_in_order"),)

    def __str__(self) -> str:
        return self.tracking_number or f"{self.order_id}/{self.position}"


class NotedReturn(models.Model):
    """One item that a customer sends back, as the embedded shop has noted it."""

    number = models.CharField(max_length=32, unique=True, help_text="What the customer quotes")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="returns")
    position = models.PositiveIntegerField(help_text="Place of the item in the order")
    reason = models.CharField(max_length=20)
    way = models.CharField(max_length=20, help_text="refund, exchange or replacement")
    exchange_sku = models.CharField(max_length=255, blank=True)
    handover = models.CharField(max_length=20, help_text="pickup, post or store")
    refund_to = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20, default="requested")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ("noted_at", "pk")
        constraints = (models.UniqueConstraint(fields=("order", "position"), name="item_returned_once"),)

    def __str__(self) -> str:
        return self.number


class ShopEffect(models.Model):
    """What the embedded shop changed on a customer's wish, once for each key."""

    key = models.CharField(max_length=200, unique=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="effects")
    kind = models.CharField(max_length=30)
    outcome = models.JSONField(default=dict)
    done_at = models.DateTimeField()

    class Meta:
        ordering = ("-done_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id}"
