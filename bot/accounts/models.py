"""Roles, second factors, sign-ins, and the audit list. What may be done with them lives in the modules beside."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Role(models.TextChoices):
    """What a person may do. Each may also do what those before it may."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class Member(models.Model):
    """What the desk keeps about a person's account beside Django's own row; without one the role follows from that."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="member")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    invited_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class SecondFactor(models.Model):
    """A person's authenticator app. The shared secret follows from `salt` and SECRET_KEY and is stored nowhere.

    `last_step`: the newest time step whose code was used; it and older ones are used up (RFC 6238, 5.2).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    salt = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"second factor of {self.user}"


class RecoveryCode(models.Model):
    """One of the codes for a day without the phone; works once. Only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once"),)

    def __str__(self) -> str:
        return f"recovery code of {self.user}"


class SignIn(models.Model):
    """A browser in which somebody is signed in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"sign-in of {self.user}"


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that are added and read. Old ones leave by `audit.forget_old` alone."""

    def update(self, **kwargs: Any) -> int:
        """Never."""
        raise TypeError("the audit list is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Never."""
        raise TypeError("the audit list is never changed")


class AuditEntry(models.Model):
    """Somebody saw or changed something. Ids only: people and things may be gone later, and no contents stand here."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, help_text="person, token, or operator at the terminal")
    who_id = models.BigIntegerField(null=True, blank=True)
    who = models.CharField(max_length=150)
    action = models.CharField(max_length=40)
    conversation = models.CharField(max_length=36, blank=True, db_index=True)
    target = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=45, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["who", "-id"], name="audit_who"),
            models.Index(fields=["action", "-id"], name="audit_action"),
        )

    def __str__(self) -> str:
        return f"{self.who}: {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row. Raises TypeError if it is there already."""
        if not self._state.adding:
            raise TypeError("the audit list is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Never."""
        raise TypeError("the audit list is never changed")
