"""Django's entry for the shop: what is sold, who bought it, where it is."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Named so that other apps can refer to `shop.Order`."""

    name = "bot.shop"
    label = "shop"
    verbose_name = "Shop"
    default_auto_field = "django.db.models.BigAutoField"
