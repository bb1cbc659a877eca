"""ApiKey: what a script calls the portal's API with, in the name of its owner."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.base import Stamped

UNUSED_AFTER = timedelta(days=90)
EXPIRING = timedelta(days=14)


class ApiKey(Stamped):
    """Of the key itself only a hash (SHA-256, hex) is stored; `prefix` is how it begins.

    It may do what its scopes say (`integrations/scopes.py`) and its owner may do now, nothing
    more. One that was rotated has `replaced_by`, and an end a day later. `last_used_at` is exact
    to a minute.
    """

    named_by: ClassVar[str | None] = "name"

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=11, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_keys")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        # Nobody has a part of it: who may look at keys may also end them.
        default_permissions = ()
        permissions = [("manage_apikey", "Can make, rotate and revoke API keys")]

    def __str__(self) -> str:
        return self.name

    def state_word(self, now: datetime) -> str:
        """Active, Expiring, Unused, Expired or Revoked: what staff see."""
        if self.revoked_at:
            return "Revoked"
        if self.expires_at <= now:
            return "Expired"
        if self.expires_at <= now + EXPIRING:
            return "Expiring"
        seen_at = self.last_used_at or self.created_at
        return "Unused" if seen_at <= now - UNUSED_AFTER else "Active"

    @staticmethod
    def works(now: datetime) -> Q:
        """The keys that are neither revoked nor over."""
        return Q(revoked_at=None, expires_at__gt=now)

    @classmethod
    def unused(cls, now: datetime) -> Q:
        """Those that work, will for a while, and were not used for 90 days."""
        idle, later = now - UNUSED_AFTER, now + EXPIRING
        seen = Q(last_used_at__lte=idle) | Q(last_used_at=None, created_at__lte=idle)
        return cls.works(now) & Q(expires_at__gt=later) & seen
