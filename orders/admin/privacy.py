"""Customers' requests in the admin: what must be answered until when, the export, the answer."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from orders.models import PrivacyRequest
from orders.services.person_export import export_person
from orders.services.privacy import ANSWER_WITHIN, finish, is_due_soon, not_forgotten, orders_of

Kind, Status = PrivacyRequest.Kind, PrivacyRequest.Status
EXPORT = "orders.export_data"


def asks_for_data(request: PrivacyRequest) -> bool:
    """Whether a person has to answer it."""
    return request.kind == Kind.DATA and request.status == Status.OPEN


def state_word(request: PrivacyRequest) -> SafeString:
    """Done, or the day it must be answered."""
    if request.status == Status.DONE:
        return badge("Done")
    late = request.due_on < timezone.localdate()
    word = "Overdue" if late else f"Answer by {request.due_on:%b %d}"
    return badge(word, "bad" if is_due_soon(request) else "warn")


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(SummaryAdmin):
    """What stores pass on from their customers. The person is not named here."""

    nav = Nav(group="System", order=15, icon="lock", key="y", label="Privacy requests")
    list_display = ["head", "store", "state", "outcome_", "came"]
    list_filter = [("kind", MultiChoice), ("status", MultiChoice)]
    list_select_related = ["connection"]
    search_fields = ["account", "customer_id"]
    search_help_text = "Store, their customer id"
    ordering = ["-id"]
    views = (
        ("", "All", None, ""),
        ("open", "Open", Q(status=Status.OPEN), "warn"),
        ("done", "Done", Q(status=Status.DONE), ""),
    )
    comes_from = "store"
    empty_state = Empty(
        "No requests yet",
        "A store passes on when a customer asks for their data, or asks to be forgotten.",
        icon="lock",
    )
    summary_template = "admin/orders/privacyrequest/summary.html"
    summary_only = True

    def nav_rows(self, request: HttpRequest) -> QuerySet[PrivacyRequest]:
        """Those to be answered within a week."""
        soon = timezone.localdate() + timedelta(days=7)
        return PrivacyRequest.objects.filter(status=Status.OPEN, due_on__lte=soon)

    def summary(self, request: HttpRequest, obj: PrivacyRequest) -> dict[str, Any]:
        """What is asked, until when, and what was done."""
        found = orders_of(obj)
        orders = list(found[:50])
        return {
            "badges": [obj.get_status_display()],
            "head_note": format_html("{} · {}", obj.get_kind_display(), obj.account),
            "state": state_word(obj),
            "is_data": obj.kind == Kind.DATA,
            "days": ANSWER_WITHIN.days,
            "orders": [(order, page_of(order, request)) for order in orders],
            "number": found.count(),
            "left": not_forgotten(found).count(),
            "connection_url": page_of(obj.connection, request),
            "event_url": page_of(obj.event, request),
        }

    @column("Request", "m-a flex", "kind")
    def head(self, obj: PrivacyRequest) -> str:
        """What they ask."""
        return f"{obj.get_kind_display()} (#{obj.pk})"

    @column("Store", "m-c", "account")
    def store(self, obj: PrivacyRequest) -> str:
        """Who passed it on."""
        return obj.connection.name if obj.connection else obj.account

    @column("Status", "m-b", "due_on")
    def state(self, obj: PrivacyRequest) -> SafeString:
        """Until when."""
        return state_word(obj)

    @column("Outcome", "p2")
    def outcome_(self, obj: PrivacyRequest) -> str:
        """What was done."""
        return obj.outcome

    @column("Received", "num m-d", "created_at")
    def came(self, obj: PrivacyRequest) -> SafeString:
        """When it came in."""
        return when(obj.created_at)

    @portal_action(
        "Export",
        perm=EXPORT,
        where=("detail",),
        icon="download",
        primary=True,
        title="Export everything about this customer?",
        confirm="Export downloads a ZIP file with all that is stored about them, and this dialog "
        "stays open: close it with Back. It is recorded that you made it. Send the file "
        "to the customer yourself, then press Mark as sent.",
        available=asks_for_data,
        why_not="it is done, or nobody asked for data",
    )
    def export(self, request: HttpRequest, queryset: QuerySet[PrivacyRequest]) -> HttpResponse:
        """The file."""
        assert isinstance(request.user, AbstractBaseUser)
        asked = queryset.get()
        content = export_person(asked, request.user, timezone.now())
        self.log_change(request, asked, "Exported the customer's data.")
        name = f"customer-data-{asked.pk}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/zip", headers=headers)

    @portal_action(
        "Mark as sent",
        perm=EXPORT,
        where=("detail",),
        icon="check",
        title="Did the customer get their data?",
        confirm="The request is done then, and the webhook it came with is wiped.",
        available=asks_for_data,
        why_not="it is done, or nobody asked for data",
    )
    def mark_sent(self, request: HttpRequest, queryset: QuerySet[PrivacyRequest]) -> Told:
        """Answered."""
        assert isinstance(request.user, AbstractBaseUser)
        asked = queryset.get()
        if asked.exported_at is None:
            raise Refused("Nothing was exported yet. Press Export first and send the file.")
        said = f"The data was sent by {request.user.get_username()}."
        if not finish(asked, said, timezone.now(), request.user):
            raise Refused("It is done already.")
        return Told("Done. It was answered in time." if _in_time(asked) else "Done, but late.")


def _in_time(request: PrivacyRequest) -> bool:
    return request.done_at is not None and request.done_at.date() <= request.due_on
