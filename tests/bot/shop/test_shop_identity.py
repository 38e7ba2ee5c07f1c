"""Who may see an order: the pair, the tries, and that nothing tells which part was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bot.shop.identity import Checked, check_identity, find_verified, is_locked, list_verified
from bot.shop.models import IdentityTry, VerifiedOrder

pytestmark = pytest.mark.usefixtures("demo_shop")

# TT-10432 belongs to hetal.patel@example.com, +91 99999 10001.
RIGHT = [
    ("TT-10432", "hetal.patel@example.com"),
    ("TT-10432", "  Hetal.Patel@EXAMPLE.com "),
    ("TT-10432", "my mail is hetal.patel@example.com."),
    ("tt 10432", "+91 99999 10001"),
    ("#10432", "9999910001"),
    ("10432", "099999 10001"),
    ("TT10432", "0091-99999-10001"),
    ("TT-૧૦૪૩૨", "૯૯૯૯૯ ૧૦૦૦૧"),
    ("tt-௧௦௪௩௨", "௯௯௯௯௯௧௦௦௦௧"),
    ("TT-10432", "+91 (0) 99999 10001"),
]


@pytest.mark.parametrize(("number", "address"), RIGHT)
def test_a_right_pair_is_verified_however_it_is_written(number: str, address: str) -> None:
    assert check_identity("c1", number, address) == Checked(ok=True, locked=False, order="TT-10432")
    order = find_verified("c1", "TT-10432")
    assert order is not None
    assert order.name == "TT-10432"


WRONG = [
    ("TT-10432", "jignesh.shah@example.in"),
    ("TT-10432", "+91 99999 10002"),
    ("TT-99999", "hetal.patel@example.com"),
    ("TT-10432", ""),
    ("", "hetal.patel@example.com"),
    ("TT-10432", "hetal.patel@example.co"),
    ("TT-10432", "no one"),
    ("TT-10432", "10001"),
    ("TT-10432' OR 1=1 --", "x"),
    ("10432" * 500, "9" * 5000),
    ("TT-10432", "hetal.patel@example.com" * 50 + "x"),
]


@pytest.mark.parametrize(("number", "address"), WRONG)
def test_a_wrong_pair_is_refused_alike(number: str, address: str) -> None:
    assert check_identity("c1", number, address) == Checked(ok=False, locked=False, order="")
    assert list_verified("c1") == []


def test_the_same_work_is_done_whatever_was_wrong() -> None:
    queries = []
    for turn, (number, address) in enumerate([("TT-10432", "x@example.com"), ("TT-99999", "hetal.patel@example.com")]):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check_identity(f"c{turn}", number, address)
        queries.append([query["sql"].split(" ", 1)[0] for query in captured.captured_queries])
    assert queries[0] == queries[1]


def test_after_five_wrong_tries_even_the_right_pair_is_refused() -> None:
    for turn in range(5):
        assert check_identity("c1", "TT-10432", f"guess{turn}@example.com").locked is False
    assert is_locked("c1")
    assert check_identity("c1", "TT-10432", "hetal.patel@example.com") == Checked(ok=False, locked=True)
    assert find_verified("c1", "TT-10432") is None


def test_the_tries_of_a_contact_count_over_all_conversations() -> None:
    for turn in range(5):
        check_identity(f"c{turn}", "TT-10432", "guess@example.com", contact="12")
    assert check_identity("c9", "TT-10432", "hetal.patel@example.com", contact="12").locked
    assert check_identity("c9", "TT-10432", "hetal.patel@example.com", contact="13").ok


def test_tries_of_an_hour_ago_are_forgotten() -> None:
    for turn in range(5):
        check_identity("c1", "TT-10432", f"guess{turn}@example.com")
    IdentityTry.objects.update(tried_at=timezone.now() - timedelta(minutes=61))
    assert check_identity("c1", "TT-10432", "hetal.patel@example.com").ok


def test_a_turn_that_runs_again_counts_once() -> None:
    for _ in range(10):
        assert not check_identity("c1", "TT-10432", "guess@example.com", message_id="m1").locked
    assert IdentityTry.objects.count() == 1


def test_right_pairs_use_up_no_tries() -> None:
    for _ in range(10):
        assert check_identity("c1", "TT-10432", "hetal.patel@example.com").ok


def test_verification_ends_after_half_an_hour() -> None:
    check_identity("c1", "TT-10432", "hetal.patel@example.com")
    VerifiedOrder.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert find_verified("c1", "TT-10432") is None
    assert list_verified("c1") == []


def test_another_conversation_sees_nothing() -> None:
    check_identity("c1", "TT-10432", "hetal.patel@example.com")
    assert find_verified("c2", "TT-10432") is None


def test_another_order_of_the_same_customer_is_seen_and_a_strangers_is_not() -> None:
    check_identity("c1", "TT-10432", "hetal.patel@example.com")
    same = find_verified("c1", "TT-10469")
    assert same is not None
    assert same.email == "hetal.patel@example.com"
    assert find_verified("c1", "TT-10431") is None


def test_neither_addresses_nor_numbers_are_kept_in_the_tries() -> None:
    check_identity("c1", "TT-10432", "secret.address@example.com", message_id="m1")
    row = IdentityTry.objects.values().get()
    assert "secret" not in str(row)
    assert "10432" not in str({name: value for name, value in row.items() if name != "tried_at"})
