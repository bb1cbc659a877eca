"""Install links: what became of each, why one failed, and a new one in its place."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations.admin.connection_buttons import MANAGE
from integrations.admin.inviting import invite
from integrations.admin.places import row_link
from integrations.models import Connection, InstallLink
from integrations.services.installs import revoke

CountProducts = Callable[[set[int]], Mapping[int, int]]
_counters: list[CountProducts] = []
OPEN = ("Created", "Opened", "Failed")
# Why an attempt connected nothing, as staff should read it.
FAILURES = {
    "denied": "The owner declined.",
    "unsigned": "The answer carried no valid signature, so it was not used.",
    "browser": "The owner came back in another browser than the link was opened in.",
    "late": "The owner took longer than ten minutes to approve.",
    "refused": "The store did not complete it.",
    "scopes": "It was approved, but not with everything we need.",
    "wrong_account": "It was opened for another store.",
}


def products_of(connection_ids: set[int]) -> dict[int, int]:
    """How many products each of these stores has, as far as somebody told us how to count them."""
    found: dict[int, int] = {}
    for count in _counters:
        found |= count(connection_ids)
    return found


def count_products(count: CountProducts) -> CountProducts:
    """Let the project count products: the tables they are in are above this app."""
    _counters.append(count)
    return count


@admin.register(InstallLink)
class InstallLinkAdmin(SummaryAdmin):
    """All links; the page that makes them shows the newest."""

    list_display = ["head", "state", "why", "who", "created", "expires", "connection_"]
    list_select_related = ["connection", "created_by"]
    search_fields = ["account", "email"]
    ordering = ["-id"]
    summary_template = "admin/integrations/connection/link.html"
    summary_only = True
    empty_state = Empty(
        "No install links yet",
        "A partner opens one to connect their store.",
        "Make an install link",
        reverse_lazy("admin:connect_partner"),
        MANAGE,
        "link",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may make them."""
        return request.user.has_perm(MANAGE)

    @column("Store", "m-a", "account")
    def head(self, link: InstallLink) -> str:
        """Which store it is for."""
        return link.account or "Any store"

    @column("State", "m-b")
    def state(self, link: InstallLink) -> SafeString:
        """What became of it."""
        return badge(shown_word(link, timezone.now()))

    @column("Why", "flex m-c")
    def why(self, link: InstallLink) -> SafeString:
        """What went wrong at the last attempt, and when."""
        if not (text := why_failed(link)):
            return SafeString("")
        return format_html('<span title="{}">{}</span> {}', text, text, when(link.failed_at))

    @column("For", "m-e", "email")
    def who(self, link: InstallLink) -> str:
        """Its owner's e-mail."""
        return link.email

    @column("Created", "num m-d", "id")
    def created(self, link: InstallLink) -> SafeString:
        """When it was made."""
        return when(link.created_at)

    @column("Expires", "num p2", "expires_at")
    def expires(self, link: InstallLink) -> SafeString:
        """When it ends."""
        return when(link.expires_at)

    @column("Connection", "p2")
    def connection_(self, link: InstallLink) -> SafeString:
        """What it connected."""
        return row_link(link.connection)

    def summary(self, request: HttpRequest, obj: InstallLink) -> dict[str, Any]:
        """Everything known about the link; the address itself is not."""
        return {
            "badges": [shown_word(obj, timezone.now())],
            "why": why_failed(obj),
            "is_open": is_open(obj),
            "connection_link": row_link(obj.connection),
        }

    @portal_action(
        "New link",
        perm=MANAGE,
        where=("row", "detail"),
        primary=True,
        available=lambda link: needs_another(link, timezone.now()),
        why_not="it can still be used, or did its work",
    )
    def new_link(self, request: HttpRequest, queryset: QuerySet[InstallLink]) -> Told:
        """Another one for the same store and owner; the old one ends."""
        old = queryset.get()
        try:
            url = invite(request, old.provider, old.account, old.email)
        except ValueError as exc:
            raise Refused(str(exc)) from None
        revoke(old, timezone.now())
        said = "Here is a new link. The one before no longer works."
        return Told(said, level="info", goto=url, after="Replaced by a new link")

    @portal_action(
        "Revoke",
        perm=MANAGE,
        where=("row", "detail", "bulk"),
        available=lambda link: is_open(link),
        why_not="used, expired or revoked already",
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[InstallLink]) -> Told:
        """Nobody can connect with it any more."""
        now = timezone.now()
        skipped = [(link, "used meanwhile") for link in queryset if not revoke(link, now)]
        done = len(queryset) - len(skipped)
        return Told(
            f"{done} revoked. Whoever opens it is told so", skipped=skipped, after="Revoked"
        )


def is_open(link: InstallLink) -> bool:
    """It could still be used."""
    return link.state_word(timezone.now()) in OPEN


def lacks_scopes(link: InstallLink) -> bool:
    """Its owner approved less than we need, and the store still does not work."""
    if link.failure != "scopes" or link.connection is None:
        return False
    return bool(link.connection.status == Connection.Status.NEEDS_ATTENTION)


def shown_word(link: InstallLink, now: datetime) -> str:
    """Its state as staff read it: a store that lacks permissions is not called connected."""
    return "Failed" if lacks_scopes(link) else link.state_word(now)


def why_failed(link: InstallLink) -> str:
    """What went wrong at the last attempt, in sentences; empty if nothing did."""
    if link.failure == "scopes" and not lacks_scopes(link):
        return ""
    return " ".join(filter(None, [FAILURES.get(link.failure, ""), link.failure_text]))


def needs_another(link: InstallLink, now: datetime) -> bool:
    """It failed, or is over, and its store is not connected by it."""
    return shown_word(link, now) in ("Failed", "Expired", "Revoked")
