"""The staff's accounts: inviting, roles, links to choose a password, switching off. Each writes the audit list."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from bot.accounts import second_factor
from bot.accounts.audit import Actor, record
from bot.accounts.models import Role
from bot.accounts.roles import role_of, set_role
from bot.accounts.sign_ins import end_all
from bot.conversations.handoffs import name_agent
from bot.errors import AccountRefused

# Of Django's table.
NAME_MAX = 150
STATES = ("invited", "active", "off")


class LinkTokens(PasswordResetTokenGenerator):
    """Django's; besides, who becomes or stops being an admin needs a new link.

    Else whoever may make links for agents only would have one for an admin, by making it a day before.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_superuser}"


link_tokens = LinkTokens()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff, as admins see them. `state`: `invited` (no password yet), `active` or `off`."""

    id: int
    name: str
    username: str
    role: str
    state: str
    has_factor: bool


def list_staff() -> QuerySet[User]:
    """Everybody who has or had an account at the desk, with what `describe` reads."""
    return User.objects.filter(is_staff=True).select_related("member", "second_factor")


def describe(user: User) -> Person:
    """Who they are; somebody who is switched off keeps the role they will have again."""
    member, factor = getattr(user, "member", None), getattr(user, "second_factor", None)
    role = Role.ADMIN if user.is_superuser else Role.LEAD if member and member.role == Role.LEAD else Role.AGENT
    state = "off" if not user.is_active else "active" if user.has_usable_password() else "invited"
    has_factor = factor is not None and factor.confirmed_at is not None
    return Person(user.pk, name_agent(user), user.get_username(), str(role), state, has_factor)


@transaction.atomic
def invite(who: Actor, username: str, role: Role) -> User:
    """A new account without a password. Raises AccountRefused if the name is taken or cannot be one."""
    name = username.strip()
    try:
        User.username_validator(name)
    except ValidationError as error:
        raise AccountRefused("name_bad") from error
    if len(name) > NAME_MAX:
        raise AccountRefused("name_bad")
    if User.objects.filter(username__iexact=name).exists():
        raise AccountRefused("name_taken")
    try:
        with transaction.atomic():
            user = User.objects.create_user(name, password=None)
    except IntegrityError as error:  # somebody else has taken it at this moment
        raise AccountRefused("name_taken") from error
    set_role(user, role, who.name)
    record(who, "account.invited", target=f"user:{user.pk}", detail={"role": str(role)})
    return user


def build_link_path(who: Actor, user: User) -> str:
    """The path of the page on which this person chooses a password; works once, for three days.

    For somebody who has one already it is a way back in; all their browsers are signed out when it is used.
    """
    record(who, "account.link_made", target=f"user:{user.pk}", detail={"reset": user.has_usable_password()})
    return name_link(user)


def name_link(user: User) -> str:
    """The path itself, of which nobody is told."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    name = "desk:reset" if user.has_usable_password() else "desk:welcome"
    return reverse(name, args=[uid, link_tokens.make_token(user)])


def find_by_link(uid: str, token: str) -> User | None:
    """Whose link it is, if it still works; active people only."""
    try:
        user = User.objects.filter(pk=int(force_str(urlsafe_base64_decode(uid))), is_active=True).first()
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    return user if user and link_tokens.check_token(user, token) else None


def hold(user: User) -> None:
    """Brings the account up to date and holds it and all admins' until the transaction ends: who is admin stays so.

    All in one order, so that of two admins who take each other's role the second one is told to be the last.
    """
    held = User.objects.select_for_update(no_key=True).filter(Q(is_superuser=True) | Q(pk=user.pk))
    list(held.order_by("pk").values_list("pk"))
    user.refresh_from_db()


@transaction.atomic
def change_role(who: Actor, user: User, role: Role) -> None:
    """From the next request on. Raises AccountRefused for the last admin."""
    hold(user)
    before = role_of(user)
    if before == role:
        return
    if before == Role.ADMIN:
        _check_not_last(user)
    set_role(user, role, who.name)
    record(who, "account.role_changed", target=f"user:{user.pk}", detail={"from": str(before), "to": str(role)})


@transaction.atomic
def switch(who: Actor, user: User, on: bool) -> None:
    """Lets somebody use the desk or not; off, all their browsers are signed out at once.

    Raises AccountRefused for the last admin.
    """
    hold(user)
    if user.is_active == on:
        return
    if not on and role_of(user) == Role.ADMIN:
        _check_not_last(user)
    user.is_active = on
    user.save(update_fields=["is_active"])
    if not on:
        end_all(user)
    record(who, "account.switched_on" if on else "account.switched_off", target=f"user:{user.pk}")


@transaction.atomic
def take_second_factor_off(who: Actor, user: User) -> None:
    """For somebody who has lost the phone."""
    if second_factor.take_off(user):
        record(who, "account.second_factor_off", target=f"user:{user.pk}")


@transaction.atomic
def sign_out_everywhere(who: Actor, user: User) -> None:
    """All browsers of somebody."""
    record(who, "account.signed_out", target=f"user:{user.pk}", detail={"browsers": end_all(user)})


def _check_not_last(user: User) -> None:
    others = User.objects.filter(is_active=True, is_staff=True, is_superuser=True).exclude(pk=user.pk)
    if not any(other.has_usable_password() for other in others):
        raise AccountRefused("last_admin")
