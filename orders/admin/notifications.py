"""E-mails to customers in the admin: what was sent to whom, and once more where it must be."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, link, when
from orders.models import Notification
from orders.services.notifications import send_again, suppress

CHANGE = "orders.change_shipment"
Status = Notification.Status
QUIET = ("console", "dummy", "filebased")


def mail_goes_nowhere() -> bool:
    """Whether the e-mail backend only prints or drops what it is given."""
    return any(word in settings.EMAIL_BACKEND for word in QUIET)


def ask_recipient(notification: Notification) -> SafeString:
    """Who gets it, and that it may be the second time."""
    again = {
        Status.SENT: "They have it already and get a second one.",
        Status.UNKNOWN: "Nobody knows whether the first one arrived: they may get two.",
    }.get(Status(notification.status), "")
    return format_html(
        "<p><b>{}</b> gets “{}”. {}</p>", notification.recipient, notification.subject, again
    )


@admin.register(Notification)
class NotificationAdmin(SummaryAdmin):
    """One e-mail about one thing to one person."""

    nav = Nav(group="System", order=10, icon="mail", key="n")
    list_display = ["head", "to", "type_", "order_", "state", "tries", "created", "sent"]
    list_filter = [("status", MultiChoice), ("type", MultiChoice), ("created_at", DateRange)]
    list_select_related = ["order"]
    live = True
    search_fields = ["=recipient", "=order__number", "recipient", "subject"]
    search_help_text = "Recipient, subject, order"
    views = (
        ("", "All", None, ""),
        ("failed", "Needs work", {"status__in": [Status.FAILED, Status.UNKNOWN]}, "bad"),
        ("queued", "Queued", {"status__in": [Status.QUEUED, Status.SENDING]}, ""),
        ("sent", "Sent", {"status": Status.SENT}, ""),
        ("suppressed", "Suppressed", {"status": Status.SUPPRESSED}, ""),
    )
    comes_from = "store"
    empty_state = Empty(
        "No e-mails yet",
        "Customers get one when their parcel leaves.",
        "See shipments",
        reverse_lazy("admin:orders_shipment_changelist"),
        "orders.view_shipment",
        "mail",
    )
    summary_template = "admin/orders/notification/summary.html"
    summary_only = True

    def nav_rows(self, request: HttpRequest) -> QuerySet[Notification]:
        """E-mails a person must look at."""
        return Notification.objects.filter(status__in=[Status.FAILED, Status.UNKNOWN])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With a banner where nothing is really mailed."""
        extra = {"mail_goes_nowhere": mail_goes_nowhere()}
        return super().changelist_view(request, extra | (extra_context or {}))

    def summary(self, request: HttpRequest, obj: Notification) -> dict[str, Any]:
        """The page of one e-mail; its text is shown as text."""
        return {
            "badges": [obj.get_status_display()],
            "head_note": format_html("to {}", obj.recipient),
            "mail_goes_nowhere": mail_goes_nowhere(),
            "about_url": page_of(obj.about, request),
            "order_url": page_of(obj.order, request),
        }

    # --- columns

    @column("Subject", "m-a flex", "subject")
    def head(self, obj: Notification) -> str:
        """What it says in one line."""
        return obj.subject

    @column("To", "m-c", "recipient")
    def to(self, obj: Notification) -> str:
        """Who gets it."""
        return obj.recipient

    @column("Type", "p3", "type")
    def type_(self, obj: Notification) -> str:
        """What kind of news."""
        return obj.get_type_display()

    @column("Order", "p2")
    def order_(self, obj: Notification) -> SafeString:
        """The customer's order."""
        return link(page_of(obj.order), obj.order or "")

    @column("Status", "m-b", "status")
    def state(self, obj: Notification) -> SafeString:
        """How far it is."""
        return badge(obj.get_status_display())

    @column("Attempts", "num p3", "attempts")
    def tries(self, obj: Notification) -> int:
        """How often the mail server was asked."""
        return obj.attempts

    @column("Created", "num p2", "created_at")
    def created(self, obj: Notification) -> SafeString:
        """When it was written."""
        return when(obj.created_at)

    @column("Sent", "num m-d", "sent_at")
    def sent(self, obj: Notification) -> SafeString:
        """When the mail server took it."""
        return when(obj.sent_at)

    # --- buttons

    @portal_action(
        "Suppress",
        perm=CHANGE,
        where=("detail", "bulk"),
        icon="stop",
        available=lambda mail: Status.SUPPRESSED in Notification.MOVES.get(mail.status, ()),
        why_not="it was sent, or is being sent",
        confirm="It is not sent. You can still send it later.",
    )
    def suppress(self, request: HttpRequest, queryset: QuerySet[Notification]) -> Told:
        """Never mind this one."""
        done = sum(suppress(mail) for mail in queryset)
        return Told(f"{done} e-mail{'s' if done != 1 else ''} suppressed.", after="Suppressed")

    @portal_action(
        "Send again",
        perm=CHANGE,
        where=("row", "detail"),
        icon="send",
        primary=lambda mail: mail.status != Status.SENT,
        quiet=lambda mail: mail.status == Status.SENT,
        title="Send this e-mail again?",
        confirm=ask_recipient,
        available=lambda mail: (
            Status.QUEUED in Notification.MOVES.get(mail.status, ()) and "@" in mail.recipient
        ),
        why_not=lambda mail: (
            "it is on its way" if "@" in mail.recipient else "its recipient asked to be forgotten"
        ),
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> Told:
        """Put it in the queue once more."""
        mail = queryset.get()
        if not send_again(mail):
            raise Refused("It is on its way already. Nothing was sent a second time.")
        return Told(f"It goes to {mail.recipient} again.", after="Queued")
