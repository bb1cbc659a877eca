"""Alerts: what needs a person, whose it is, and the way to the thing."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, Distinct
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, two_lines, when
from integrations.admin.places import row_link, row_url
from integrations.admin.subjects import SubjectList
from integrations.models import Alert
from integrations.services.alerts import dismiss_alert, snooze_alert, take_alert

CHANGE = "integrations.change_alert"
URGENT = {
    *("credentials", "placement", "canceled", "short", "webhook", "sync", "unrouted", "schedule"),
    "payment",
}
WORDS = {
    "credentials": "Needs reconnect",
    "outage": "Does not answer",
    "placement": "Placement failed",
    "webhook": "Webhook failed",
    "webhooks": "Webhooks missing",
    "sync": "Run failed",
    "gap": "Not announced",
    "difference": "Changed there",
    "privacy": "Privacy request",
    "payment": "Payment",
    "delivery": "Delivery to book",
    "short": "Not all shipped",
    "canceled": "Canceled there",
    "refund": "Refund to decide",
    "notification": "E-mail not sent",
    "bulk": "Stopped half-way",
    "api_key": "Key ends",
}
SNOOZES = [
    ("1", "One hour"),
    ("4", "Four hours"),
    ("morning", "Until tomorrow 08:00"),
    ("168", "A week"),
]


class SnoozeForm(forms.Form):
    how_long = forms.ChoiceField(label="Out of sight for", choices=SNOOZES)


class CloseForm(forms.Form):
    reason = forms.CharField(
        label="Reason, kept in its history",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def in_sight() -> Q:
    """Open and not snoozed."""
    return Q(closed_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now()))


def snoozed() -> Q:
    """Open, out of sight for a while."""
    return Q(closed_at=None, snoozed_until__gt=timezone.now())


class KindChoice(Distinct):
    """The kinds there are, in our words."""

    def label(self, value: str) -> str:
        """As its badge says."""
        return kind_word(value)


@admin.register(Alert)
class AlertAdmin(SummaryAdmin):
    """They close themselves when the cause is gone."""

    nav = Nav("", 10, "bell", "a")
    list_display = ["head", "kind_", "about", "times", "owner_", "seen"]
    list_filter = [("kind", KindChoice), ("last_at", DateRange.called("Last seen"))]
    list_select_related = ["owner"]
    live = True
    search_fields = ["title", "advice"]
    search_help_text = "What happened, what to do"
    ordering = ["-last_at"]
    empty_state = Empty(
        "Nothing needs you", "Alerts close themselves when the cause is gone.", icon="ok"
    )
    summary_template = "admin/integrations/alert/summary.html"
    summary_only = True
    views = [
        ("", "Open", in_sight, "bad"),
        ("mine", "Mine", Q(closed_at=None), ""),
        ("free", "Nobody's", lambda: in_sight() & Q(owner=None), "warn"),
        ("snoozed", "Snoozed", snoozed, ""),
        ("closed", "Closed", Q(closed_at__isnull=False), ""),
    ]

    def nav_rows(self, request: HttpRequest) -> QuerySet[Alert]:
        """Those in sight."""
        return Alert.objects.filter(in_sight())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with the things they are about."""
        return SubjectList

    def in_view(self, request: HttpRequest, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        """*Mine* is this person's."""
        found = super().in_view(request, rows, key)
        return found.filter(owner=request.user.pk) if key == "mine" else found

    @column("Alert", "flex m-a m-wide", "title")
    def head(self, alert: Alert) -> SafeString:
        """What happened, and what to do."""
        return two_lines(alert.title, alert.advice)

    @column("Kind", "m-c", "kind")
    def kind_(self, alert: Alert) -> SafeString:
        """Of what kind."""
        return kind_badge(alert)

    @column("About", "p2")
    def about(self, alert: Any) -> SafeString:
        """The thing."""
        return row_link(alert.about)

    @column("Times", "num p3", "count")
    def times(self, alert: Alert) -> int:
        """How often it was seen."""
        return alert.count

    @column("Owner", "p2", "owner__username")
    def owner_(self, alert: Alert) -> SafeString:
        """Who looks after it."""
        if alert.owner is None:
            return format_html('<span class="q">{}</span>', "Nobody")
        return format_html("{}", alert.owner.get_full_name() or alert.owner.get_username())

    @column("Last seen", "num m-d", "last_at")
    def seen(self, alert: Alert) -> SafeString:
        """When it happened last."""
        return when(alert.last_at)

    def summary(self, request: HttpRequest, obj: Alert) -> dict[str, Any]:
        """What, since when, whose, and where to go."""
        return {
            "badges": [state_word(obj)],
            "kind_badge": kind_badge(obj),
            "subject_url": row_url(obj.subject),
            "tone": "bad" if obj.kind in URGENT else "warn",
            "events": history(obj),
        }

    @portal_action(
        "Take it",
        perm=CHANGE,
        icon="user",
        available=lambda alert: alert.closed_at is None and alert.owner_id is None,
        why_not="taken or closed already",
    )
    def take(self, request: HttpRequest, queryset: QuerySet[Alert]) -> Told:
        """I look after it."""
        assert isinstance(request.user, AbstractBaseUser)
        user = request.user
        done, skipped = self.each(queryset, lambda alert: _must(take_alert(alert, user)))
        said = "It is yours" if done == 1 else f"{done} are yours"
        return Told(said, skipped=skipped, before="Nobody's", after=f"{user}")

    @portal_action(
        "Snooze",
        perm=CHANGE,
        icon="clock",
        form=SnoozeForm,
        title="Snooze {obj}?",
        confirm="It goes on counting, and comes back then if it is still open.",
        where=("detail", "bulk"),
        available=lambda alert: alert.closed_at is None,
        why_not="closed already",
    )
    def snooze(self, request: HttpRequest, queryset: QuerySet[Alert], how_long: str) -> Told:
        """Out of sight for a while."""
        until = wake_time(how_long, timezone.now())
        done, skipped = self.each(queryset, lambda alert: _must(snooze_alert(alert, until)))
        local = timezone.localtime(until)
        return Told(f"{done} snoozed until {local:%b %d, %H:%M}", skipped=skipped, after="Snoozed")

    @portal_action(
        "Close by hand",
        perm=CHANGE,
        icon="check",
        form=CloseForm,
        title="Close this alert?",
        confirm="If the cause is still there, it opens again.",
        where=("menu", "bulk"),
        available=lambda alert: alert.closed_at is None,
        why_not="closed already",
    )
    def close(self, request: HttpRequest, queryset: QuerySet[Alert], reason: str) -> Told:
        """Closed by a person, who says why."""
        assert isinstance(request.user, AbstractBaseUser)
        user, now = request.user, timezone.now()
        done, skipped = self.each(queryset, lambda alert: _must(dismiss_alert(alert, user, now)))
        return Told(f"{done} closed", skipped=skipped, before="Open", after=f"Closed: {reason}")


def _must(done: bool) -> None:
    if not done:
        raise Refused("closed meanwhile")


def wake_time(choice: str, now: datetime) -> datetime:
    """When a snoozed alert comes back."""
    if choice == "morning":
        tomorrow = timezone.localtime(now).date() + timedelta(days=1)
        return timezone.make_aware(datetime.combine(tomorrow, time(8, 0)))
    return now + timedelta(hours=int(choice))


def history(alert: Alert) -> list[dict[str, Any]]:
    """What people did about it, newest first, and when it was first seen."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Alert), object_id=str(alert.pk)
    )
    events = [
        {"at": entry.action_time, "text": entry.get_change_message(), "actor": entry.user}
        for entry in entries.select_related("user").order_by("-action_time")
    ]
    times = "" if alert.count == 1 else f", {alert.count} times until now"
    seen = {"at": alert.first_at, "text": f"{alert.title}{times}.", "tone": "bad"}
    return [*events, seen | {"actor": "Crossdock"}]


def kind_badge(alert: Alert) -> SafeString:
    """Its kind in words and in its tone."""
    return badge(kind_word(alert.kind), "bad" if alert.kind in URGENT else "warn")


def kind_word(kind: str) -> str:
    """What staff read."""
    return WORDS.get(kind, kind.replace("_", " ").capitalize())


def state_word(alert: Alert) -> str:
    """Open, Snoozed or Closed."""
    if alert.closed_at:
        return "Closed"
    if alert.snoozed_until and alert.snoozed_until > timezone.now():
        return "Snoozed"
    return "Open"
