"""InstallLink: a one-time invitation to connect a store by OAuth."""

from datetime import datetime

from django.conf import settings
from django.db import models

from integrations.models.base import Stamped
from integrations.models.connection import Connection


class InstallLink(Stamped):
    """Only hashes (SHA-256, hex) of token, state and browser nonce are stored.

    `failure` is a short code of why the last attempt of its owner connected nothing,
    `failure_text` the sentence where one was given; both are empty once it connected.
    """

    provider = models.CharField(max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    account = models.CharField(max_length=200, blank=True, help_text="Shop domain, if known")
    email = models.EmailField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    state_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    browser_hash = models.CharField(max_length=64, blank=True)
    state_expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=20, blank=True, default="", db_default="")
    failure_text = models.CharField(max_length=300, blank=True, default="", db_default="")
    connection = models.ForeignKey(
        Connection, models.SET_NULL, null=True, blank=True, related_name="install_links"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Install link for {self.account or 'any store'}"

    def state_word(self, now: datetime) -> str:
        """Created, Opened, Failed, Connected, Revoked or Expired: what staff see."""
        if self.used_at:
            return "Connected"
        if self.revoked_at:
            return "Revoked"
        if self.expires_at <= now:
            return "Expired"
        if self.failure:
            return "Failed"
        return "Opened" if self.opened_at else "Created"
