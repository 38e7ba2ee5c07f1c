"""Codes as RFC 6238 has them."""

from __future__ import annotations

import pytest

from bot.accounts.totp import STEP_S, build_code, build_uri, find_step, show_secret

# RFC 6238, appendix B, the rows of SHA-1: eight digits.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
SECRET = b"12345678901234567890"


@pytest.mark.parametrize(("at", "code"), VECTORS)
def test_vectors_of_the_rfc(at: int, code: str) -> None:
    assert build_code(SECRET, at // STEP_S, digits=8) == code
    assert build_code(SECRET, at // STEP_S) == code[-6:]


@pytest.mark.parametrize(("late", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_a_step_off(late: int, good: bool) -> None:
    code = build_code(SECRET, 1111111111 // STEP_S)
    assert (find_step(SECRET, code, 1111111111 + late, after=0) is not None) is good


def test_a_code_and_older_ones_work_once() -> None:
    step = 1111111111 // STEP_S
    assert find_step(SECRET, build_code(SECRET, step), 1111111111, after=step) is None
    assert find_step(SECRET, build_code(SECRET, step - 1), 1111111111, after=step) is None


def test_address_for_the_app() -> None:
    assert build_uri(SECRET, "Tulsi & Thread", "meera@x") == (
        "otpauth://totp/Tulsi%20%26%20Thread:meera%40x"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tulsi%20%26%20Thread"
    )
    assert show_secret(SECRET).startswith("GEZD GNBV")
