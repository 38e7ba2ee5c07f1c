"""What `seva up --demo` prepares."""

from __future__ import annotations

import pytest

from bot.cli.prepare import import_demo_shop
from bot.shop.models import Order, Product


@pytest.mark.django_db
def test_a_new_database_gets_the_demo_shop_though_another_had_it() -> None:
    import_demo_shop()
    found = (Product.objects.count(), Order.objects.count())
    assert all(found)
    Order.objects.all().delete()
    Product.objects.all().delete()
    import_demo_shop()
    assert (Product.objects.count(), Order.objects.count()) == found
