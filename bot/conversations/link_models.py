"""How identities of several channels came to one contact, and the tokens by which they do. Written by `links` only."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class LinkToken(models.Model):
    """Lets the holder join the contact of `identity` from another channel, once. Only its hash is kept."""

    digest = models.CharField(max_length=64, unique=True)
    identity = models.ForeignKey("conversations.ChannelIdentity", on_delete=models.CASCADE, related_name="links")
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link of {self.identity}"


class IdentityMove(models.Model):
    """An identity was joined to another contact, and by which proof; kept so that it can be taken back."""

    identity = models.ForeignKey("conversations.ChannelIdentity", on_delete=models.CASCADE, related_name="moves")
    from_contact = models.ForeignKey("conversations.Contact", on_delete=models.CASCADE, related_name="moves_away")
    to_contact = models.ForeignKey("conversations.Contact", on_delete=models.CASCADE, related_name="moves_here")
    proof = models.CharField(max_length=20)
    moved_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.identity}: {self.from_contact_id} to {self.to_contact_id}"
