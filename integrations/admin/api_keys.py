"""API keys: who calls with which, what each may do, and its end."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations.admin.api_key_form import keep_for_once
from integrations.models import ApiKey
from integrations.scopes import SCOPES, scope_words
from integrations.services.api_keys import CannotRotate, may, revoke_key, rotate_key

MANAGE = "integrations.manage_apikey"
ENDED = ("Expired", "Revoked")


def works(key: ApiKey) -> bool:
    """It still opens something."""
    return key.state_word(timezone.now()) not in ENDED


def owner_name(key: ApiKey) -> str:
    """As staff call the person."""
    return key.owner.get_full_name() or key.owner.get_username()


@admin.register(ApiKey)
class ApiKeyAdmin(SummaryAdmin):
    """All keys; the page that makes them shows each once."""

    nav = Nav("System", 30, "key", "k", "API keys")
    list_display = ["head", "state", "begins", "may_do", "owner_", "used", "expires"]
    list_select_related = ["owner"]
    search_fields = ["name", "prefix"]
    ordering = ["-id"]
    refusals = (CannotRotate,)
    views = [
        ("", "In use", lambda: ApiKey.works(timezone.now()), ""),
        ("unused", "Unused", lambda: ApiKey.unused(timezone.now()), "warn"),
        ("ended", "Ended", lambda: ~ApiKey.works(timezone.now()), ""),
        ("all", "All", None, ""),
    ]
    summary_template = "admin/integrations/apikey/summary.html"
    summary_only = True
    empty_state = Empty(
        "No API keys yet",
        "A script or an ERP needs one to start runs and to read what came of them.",
        "Make an API key",
        reverse_lazy("admin:make_api_key"),
        MANAGE,
        "key",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may make them."""
        return request.user.has_perm(MANAGE)

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """Where one is made, and how to call with it."""
        return [
            ("How to call", reverse("api_docs"), "file"),
            ("Make an API key", reverse("admin:make_api_key"), "key"),
        ]

    @column("Name", "m-a", "name")
    def head(self, key: ApiKey) -> str:
        """What it is for."""
        return key.name

    @column("State", "m-b")
    def state(self, key: ApiKey) -> SafeString:
        """Whether it works, and is used."""
        return badge(key.state_word(timezone.now()))

    @column("Begins with", "p2", "prefix")
    def begins(self, key: ApiKey) -> SafeString:
        """The part of it that is stored."""
        return format_html("<code>{}…</code>", key.prefix)

    @column("May", "flex m-c")
    def may_do(self, key: ApiKey) -> SafeString:
        """Its scopes; in words on hover."""
        words = ". ".join(scope_words(key.scopes))
        return format_html('<span title="{}">{}</span>', words, ", ".join(key.scopes))

    @column("Owner", "p2", "owner__username")
    def owner_(self, key: ApiKey) -> str:
        """In whose name it acts."""
        return owner_name(key)

    @column("Last used", "num m-d", "last_used_at")
    def used(self, key: ApiKey) -> SafeString:
        """When, and from where."""
        if key.last_used_at is None:
            return SafeString('<span class="q">never</span>')
        at = when(key.last_used_at)
        return format_html('<span title="from {}">{}</span>', key.last_used_ip, at)

    @column("Ends", "num p3", "expires_at")
    def expires(self, key: ApiKey) -> SafeString:
        """When it opens nothing any more."""
        return when(key.revoked_at or key.expires_at)

    def detail_links(self, request: HttpRequest, obj: ApiKey) -> list[tuple[str, str, str]]:
        """What can be called with it."""
        return [("How to call", reverse("api_docs"), "file")]

    def summary(self, request: HttpRequest, obj: ApiKey) -> dict[str, Any]:
        """Everything that is known of it: the key itself is not."""
        now = timezone.now()
        word = obj.state_word(now)
        return {
            "badges": [word],
            "word": word,
            "owner": owner_name(obj),
            "rights": [_right(obj, scope) for scope in obj.scopes],
            "asleep": not (obj.owner.is_active and obj.owner.is_staff),
            "new_url": self.change_url(obj.replaced_by) if obj.replaced_by else "",
            "old": obj.replaces.first(),
            "docs_url": reverse("api_docs"),
            "base": settings.BASE_URL,
        }

    @portal_action(
        "Rotate",
        perm=MANAGE,
        icon="retry",
        primary=lambda key: key.state_word(timezone.now()) == "Expiring",
        title="Make a new key in the place of {obj}?",
        confirm="The new one may do the same and is yours: calls with it are made in your name. "
        "The old one works for 24 hours more, so that you can put the new one in its place.",
        submit="Make the new key",
        where=("detail",),
        available=lambda key: works(key) and key.replaced_by_id is None,
        why_not="it is over, or was rotated already",
    )
    def rotate(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> Told:
        """A new one; the old one ends a day later."""
        old, now = queryset.get(), timezone.now()
        assert isinstance(request.user, AbstractBaseUser)
        new, text = rotate_key(old, request.user, now)
        url = keep_for_once(request, new, text)
        said = "Here is the new key. The old one works for 24 hours more."
        return Told(said, level="info", goto=url, after="Replaced by a new key")

    @portal_action(
        "Revoke",
        perm=MANAGE,
        icon="cancel",
        danger=True,
        confirm="Whoever calls with it is refused from now on. This cannot be taken back.",
        where=("row", "detail", "bulk"),
        quiet=True,
        available=works,
        why_not="it is over already",
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> Told:
        """It opens nothing any more."""
        now: datetime = timezone.now()
        skipped = [(key, "over meanwhile") for key in queryset if not revoke_key(key, now)]
        done = len(queryset) - len(skipped)
        said = f"{done} revoked. Calls with it are refused"
        return Told(said, skipped=skipped, after="Revoked")


def _right(key: ApiKey, scope: str) -> tuple[str, str, bool]:
    """The scope, what it means, and whether its owner may still do it."""
    known = scope in SCOPES
    return scope, scope_words([scope])[0], known and may(key.owner, scope)
