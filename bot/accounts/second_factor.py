"""A person's second factor: setting it up, checking a code, recovery codes, taking it off.

Five wrong codes lock it for a quarter of an hour, whoever enters them; the password was right by then.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import Enum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bot.accounts.models import RecoveryCode, SecondFactor
from bot.accounts.roles import role_of
from bot.accounts.secret_words import derive_secret, make_salt
from bot.accounts.totp import find_step
from bot.config import config

FAILURES_MAX = 5
LOCK_FOR = timedelta(minutes=15)
CODES = 10
SECRET_BYTES = 20
# Without what is mistaken for one another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Checked(Enum):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def has_second_factor(user: User) -> bool:
    """Whether it is set up."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def must_set_up(user: User) -> bool:
    """Whether the role demands one (SECOND_FACTOR_ROLES) that is not there yet."""
    roles = config().second_factor_roles
    return bool(roles) and role_of(user) in roles and not has_second_factor(user)


def begin(user: User) -> bytes:
    """The secret to set up; the same until it is confirmed."""
    made, _ = SecondFactor.objects.get_or_create(user=user, defaults={"salt": make_salt()})
    return secret_of(made)


def secret_of(factor: SecondFactor) -> bytes:
    """What the app and we share."""
    return derive_secret("totp", factor.salt, SECRET_BYTES)


@transaction.atomic
def confirm(user: User, code: str) -> list[str] | None:
    """Switches it on if the app shows the right code; the recovery codes, this once. None if the code is wrong."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None or _check_app(factor, code) is None:
        return None
    factor.confirmed_at = timezone.now()
    factor.save(update_fields=["confirmed_at", "last_step"])
    return make_recovery_codes(user)


@transaction.atomic
def check(user: User, code: str) -> Checked:
    """Whether this code, of the app or a recovery code, may sign in; each works once."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        return Checked.WRONG
    now = timezone.now()
    if factor.locked_until and factor.locked_until > now:
        return Checked.LOCKED
    if _check_app(factor, code) is not None or _use_recovery_code(user, code):
        factor.failures, factor.locked_until = 0, None
    else:
        factor.failures += 1
        if factor.failures >= FAILURES_MAX:
            factor.failures, factor.locked_until = 0, now + LOCK_FOR
    factor.save(update_fields=["failures", "locked_until", "last_step"])
    if factor.locked_until:
        return Checked.LOCKED
    return Checked.WRONG if factor.failures else Checked.RIGHT


@transaction.atomic
def take_off(user: User) -> bool:
    """Signing in needs the password alone again; False if it did anyway."""
    RecoveryCode.objects.filter(user=user).delete()
    return bool(SecondFactor.objects.filter(user=user).delete()[0])


@transaction.atomic
def make_recovery_codes(user: User) -> list[str]:
    """New ones; older ones are dead. Shown once, kept as hashes."""
    RecoveryCode.objects.filter(user=user).delete()
    plain = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_hash(code)) for code in plain)
    return [f"{code[:5]}-{code[5:]}" for code in plain]


def _check_app(factor: SecondFactor, code: str) -> int | None:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    step = find_step(secret_of(factor), digits, timezone.now().timestamp(), factor.last_step)
    if step is not None:
        factor.last_step = step
    return step


def _use_recovery_code(user: User, code: str) -> bool:
    plain = "".join(code.lower().replace("-", "").split())
    unused = RecoveryCode.objects.filter(user=user, digest=_hash(plain), used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def _hash(code: str) -> str:
    return derive_secret("recovery", code).hex()
