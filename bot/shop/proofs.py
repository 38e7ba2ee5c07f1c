"""What is remembered of who has shown what: look-ups, verified orders, one-time codes, people known by their channel.

Orders are named by their number and people by a keyed hash, because the orders may live in a foreign shop. Read and
written by `identity`, `codes` and `known` only. Kept in `bot.shop`'s tables.
"""

from __future__ import annotations

from django.db import models


class IdentityTry(models.Model):
    """One look-up of an order by number and e-mail or phone; counted so that nobody can guess on and on."""

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    key = models.CharField(
        max_length=64, help_text="Message and pair, hashed: a turn that runs again is not counted twice"
    )
    right = models.BooleanField()
    tried_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "shop"
        constraints = (models.UniqueConstraint(fields=("conversation", "key"), name="identity_try_once"),)


class VerifiedOrder(models.Model):
    """This conversation may see this order until `until`, and change it until `confirmed_until`."""

    conversation = models.CharField(max_length=64, db_index=True)
    order = models.CharField(max_length=64, help_text="The order's number")
    person = models.CharField(max_length=64, blank=True, help_text="Whose it is: keyed hash of e-mail and phone")
    until = models.DateTimeField()
    confirmed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "shop"
        constraints = (models.UniqueConstraint(fields=("conversation", "order"), name="verified_once"),)


class OneTimeCode(models.Model):
    """A code sent to an order's e-mail or phone; only its keyed hash is kept."""

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    order = models.CharField(max_length=64)
    person = models.CharField(max_length=64, db_index=True)
    message_id = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=10, help_text="email or phone")
    made_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "shop"
        ordering = ("-made_at", "-pk")


class CodeTry(models.Model):
    """One code that a customer typed, once for each message."""

    code = models.ForeignKey(OneTimeCode, on_delete=models.CASCADE, related_name="attempts")
    message_id = models.CharField(max_length=64)
    right = models.BooleanField()

    class Meta:
        app_label = "shop"
        constraints = (models.UniqueConstraint(fields=("code", "message_id"), name="code_try_once"),)


class KnownPerson(models.Model):
    """Somebody whose e-mail or phone their channel vouches for, so that nobody asks for it again."""

    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200, help_text="As in ChannelIdentity")
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    proof = models.CharField(max_length=20, help_text="token, contact or number")
    until = models.DateTimeField()

    class Meta:
        app_label = "shop"
        constraints = (models.UniqueConstraint(fields=("channel", "external_id"), name="known_once"),)


class ShownCode(models.Model):
    """What the demo's sender would have sent; operators read it, and it goes when the code ends."""

    sent_to = models.CharField(max_length=254)
    text = models.CharField(max_length=500)
    sent_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "shop"
        ordering = ("-sent_at", "-pk")
