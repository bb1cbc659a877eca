"""Connection: our authorized account at a provider, with its credentials, settings and health."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from integrations import registry
from integrations.crypto import EncryptedJSONField
from integrations.models.base import Leased, Movable, Stamped, one_of

if TYPE_CHECKING:
    from integrations.providers.base import Provider


def make_hook_key() -> str:
    """43 random characters: the address of a connection's webhooks."""
    return secrets.token_urlsafe(32)


class ConnectionStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Connected"
    PAUSED = "paused", "Paused"
    NEEDS_ATTENTION = "needs_attention", "Needs reconnect"
    ARCHIVED = "archived", "Archived"


class StockAuthority(models.TextChoices):
    MIRROR = "mirror", "Their number is ours"
    OBSERVE = "observe", "Shown, never counted"


class StalePolicy(models.TextChoices):
    KEEP = "keep", "Keep the last numbers"
    ZERO = "zero", "Publish 0"


def percent_field(default: int) -> "models.PositiveSmallIntegerField[int, int]":
    """A share in whole percent, 0 to 100."""
    return models.PositiveSmallIntegerField(
        default=default, db_default=default, validators=[MaxValueValidator(100)]
    )


class Connection(Movable, Leased, Stamped):
    """The lease of this row is the single-flight lock of a token refresh.

    `failures` are runs failed since the last good one. The circuit breaker (services/breaker.py)
    is `failed_calls` in a row, `opened` (how often in a row; 0: closed), `probed_at` (when the
    last probe began) and `paused_until`, which a request to slow down sets too.
    `hold_..._pct` are the limits of the brake (inventory/brake.py), in percent; 100: never held.
    """

    Status = ConnectionStatus
    named_by = "name"
    MOVES: ClassVar = {
        "draft": {"active", "needs_attention", "archived"},
        "active": {"paused", "needs_attention", "archived"},
        "paused": {"active", "needs_attention", "archived"},
        "needs_attention": {"active", "archived"},
        "archived": {"draft"},
    }

    # Declared before the encrypted fields: their ciphertext is bound to this key.
    hook_key = models.CharField(max_length=43, unique=True, default=make_hook_key, editable=False)
    provider = models.CharField(max_length=40)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    account = models.CharField(max_length=200, blank=True, help_text="Shop domain, company id")
    settings = models.JSONField(default=dict, blank=True)
    secrets = EncryptedJSONField(blank=True, editable=False)
    # Until then a replaced secret still counts for what comes in: it is in `secrets` as `old_...`.
    old_secrets_until = models.DateTimeField(null=True, blank=True, editable=False)
    tokens = EncryptedJSONField(blank=True, editable=False)
    tokens_expire_at = models.DateTimeField(null=True, blank=True, editable=False)
    credentials_version = models.PositiveIntegerField(default=0, editable=False)
    scopes = models.JSONField(default=list, blank=True, editable=False)
    status = models.CharField(
        max_length=20, choices=ConnectionStatus, default=ConnectionStatus.DRAFT, editable=False
    )
    status_reason = models.CharField(max_length=500, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failed_calls = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    opened = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    probed_at = models.DateTimeField(null=True, editable=False)
    probing: datetime | None = (
        None  # not stored: since when the holder of this instance is the probe
    )
    stock_authority = models.CharField(
        max_length=10, choices=StockAuthority, default=StockAuthority.MIRROR
    )
    stale_after_h = models.PositiveIntegerField("stale after, hours", default=24)
    stale_policy = models.CharField(max_length=10, choices=StalePolicy, default=StalePolicy.KEEP)
    hold_rejected_pct = percent_field(5)
    hold_missing_pct = percent_field(20)
    hold_zeroed_pct = percent_field(20)
    hold_moved_pct = percent_field(50)
    rejected_hooks = models.PositiveIntegerField(default=0, editable=False)
    # What its server was found to offer or to lack, by names of the provider; nobody edits it.
    facts = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    # The next moment a call may begin, where so many a second are allowed.
    next_call_at = models.DateTimeField(null=True, blank=True, editable=False)
    installed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        permissions = [("manage_connection", "Can connect, archive and change credentials")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "account"],
                condition=~Q(account=""),
                name="connection_account_unique",
            ),
            one_of("status", ConnectionStatus, "connection_status_known"),
            one_of("stock_authority", StockAuthority, "connection_stock_authority_known"),
            one_of("stale_policy", StalePolicy, "connection_stale_policy_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def provider_class(self) -> "type[Provider]":
        """The code that speaks to this kind of system. Raises LookupError if it is gone."""
        return registry.provider_class(self.provider)
