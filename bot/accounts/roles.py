"""Who is what: a person's role, and whether it reaches for a page or an operation."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from bot.accounts.models import Member, Role

RANK = {Role.AGENT: 1, Role.LEAD: 2, Role.ADMIN: 3}


def role_of(user: User | AnonymousUser) -> Role | None:
    """The role of an active member of the staff; None for everybody else.

    Django's own marks say who is staff at all and who is admin (superuser); the desk's row tells leads from agents.
    """
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return None
    if user.is_superuser:
        return Role.ADMIN
    member = Member.objects.filter(user=user).only("role").first()
    return Role.LEAD if member and member.role == Role.LEAD else Role.AGENT


def reaches(role: Role | None, needed: Role) -> bool:
    """Whether this role may do what `needed` may."""
    return role is not None and RANK[role] >= RANK[needed]


@transaction.atomic
def set_role(user: User, role: Role, by: str = "") -> None:
    """Makes it this person's role, from the next request on."""
    Member.objects.update_or_create(
        user=user, defaults={"role": role}, create_defaults={"role": role, "invited_by": by}
    )
    user.is_staff, user.is_superuser = True, role == Role.ADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
