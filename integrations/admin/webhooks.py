"""The webhook inbox: what came in, what became of it, and the button that handles it again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, Distinct, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import ago, badge, hide_secrets, when
from integrations.admin.asking import ask_for_runs
from integrations.admin.bodies import body_block
from integrations.admin.inbox_subjects import Lost, can_ask, find_lost
from integrations.admin.places import row_link, row_url
from integrations.admin.subjects import SubjectList
from integrations.models import InboundEvent
from integrations.services.retention import BODY_DAYS
from integrations.services.webhooks import RETRY_GAPS_S, ignore, replay, why_no_body

Status, MOVES = InboundEvent.Status, InboundEvent.MOVES
HANDLING = Status.HANDLING
ENDED = (Status.DONE, Status.IGNORED)
OPEN = (Status.RECEIVED, Status.HANDLING, Status.WAITING)
REPLAY = "What was done already is not done twice. A customer's mail is not sent a second time."
DUE_SOON = timedelta(days=7)
SHOWN_ID = 8


class ReplayForm(forms.Form):
    quiet = forms.BooleanField(label="Mail no customer for what comes of it", required=False)


class IgnoreForm(forms.Form):
    reason = forms.CharField(label="Why it needs nothing", max_length=200)


@admin.register(InboundEvent)
class InboundEventAdmin(SummaryAdmin):
    """Stored before they are understood; kept for 90 days, their bodies for 30."""

    nav = Nav("Integrations", 30, "inbox", "w", label="Webhook inbox")
    list_display = ["head", "source", "received", "state", "tries", "about", "why", "took_"]
    list_filter = [
        ("topic", Distinct),
        ("connection", MultiChoice),
        ("status", MultiChoice),
        ("received_at", DateRange),
    ]
    list_select_related = ["connection"]
    live = True
    search_fields = ["dedupe_key"]  # account:topic:id
    search_help_text = "Event id, topic, account"
    ordering = ["-received_at"]
    comes_from = "any"
    empty_state = Empty(
        "Nothing came in yet",
        "Stores and suppliers tell us here when something changes.",
        "See connections",
        reverse_lazy("admin:integrations_connection_changelist"),
        "integrations.view_connection",
    )
    summary_template = "admin/integrations/inboundevent/summary.html"
    summary_only = True
    views = [
        ("", "All", None, ""),
        ("failed", "Failed", Q(status=Status.FAILED), "bad"),
        ("waiting", "Under way", Q(status__in=OPEN), "warn"),
        ("unreadable", "Unreadable", Q(status=Status.UNREADABLE), "bad"),
        ("done", "Done", Q(status=Status.DONE), ""),
        ("ignored", "Ignored", Q(status=Status.IGNORED), ""),
    ]

    def nav_rows(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        """Those somebody must look at."""
        bad = [Status.FAILED, Status.UNREADABLE]
        return InboundEvent.objects.filter(status__in=bad)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        """Without the bodies."""
        found: QuerySet[InboundEvent] = super().get_queryset(request)
        return found.defer("body")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with what they were about."""
        return SubjectList

    @column("Event", "m-a", "id")
    def head(self, event: InboundEvent) -> SafeString:
        """The beginning of the provider's id of the delivery."""
        whole = event_id(event)
        shown = whole if len(whole) <= SHOWN_ID else f"{whole[:SHOWN_ID]}…"
        return format_html('<span title="{}">{}</span>', whole, shown)

    @column("From", "m-c", "topic")
    def source(self, event: InboundEvent) -> SafeString:
        """Whose, and what."""
        return format_html('{} <span class="q">{}</span>', source_name(event), event.topic)

    @column("Received", "num m-d", "received_at")
    def received(self, event: InboundEvent) -> SafeString:
        """When."""
        return when(event.received_at)

    @column("Status", "m-b", "status")
    def state(self, event: InboundEvent) -> SafeString:
        """What became of it, and until when a person's request must be answered."""
        return format_html("{} {}", badge(event.get_status_display()), due_badge(event))

    @column("Tries", "num p4", "attempts")
    def tries(self, event: InboundEvent) -> int:
        """How often it was tried."""
        return event.attempts

    @column("About", "p3")
    def about(self, event: Any) -> SafeString:
        """The row it was about."""
        return format_html('<span class="clamp short">{}</span>', row_link(event.about))

    @column("Why", "flex p3")
    def why(self, event: InboundEvent) -> SafeString:
        """What stands in its way."""
        return format_html('<span class="q" title="{}">{}</span>', event.error, event.error)

    @column("Took", "num p4")
    def took_(self, event: InboundEvent) -> str:
        """From its arrival to its end."""
        return took(event)

    def summary(self, request: HttpRequest, obj: InboundEvent) -> dict[str, Any]:
        """Body (for those who may see it), headers, attempts, links."""
        lost = lost_of(obj)
        return {
            "lost": lost,
            "lost_url": row_url(lost.subject) if lost else "",
            "asked_url": row_url(lost.asked) if lost and lost.asked else "",
            "badges": [obj.get_status_display()],
            "head_note": f"from {source_name(obj)}, {ago(obj.received_at)}",
            "event_id": event_id(obj),
            "connection_url": row_url(obj.connection),
            "subject_url": row_url(obj.subject),
            "tone": "mute"
            if obj.status == Status.IGNORED
            else "warn"
            if obj.status in OPEN
            else "bad",
            "body": body_block(obj, full=request.user.has_perm("integrations.view_payload")),
            "kept_days": BODY_DAYS,
            "why_no_body": why_no_body(obj),
            "size": len(obj.body),
            "headers": sorted(hide_secrets(obj.headers).items()),
            "most_attempts": len(RETRY_GAPS_S) + 1,
            "took": took(obj),
        }

    @portal_action(
        "Replay",
        perm="integrations.replay_event",
        icon="retry",
        primary=lambda event: main_button(event) == "replay",
        quiet=lambda event: event.status in ENDED,
        title="Replay {obj}?",
        confirm=f"It is handled again from the stored body. {REPLAY}",
        confirm_many=f"They are handled again from the stored bodies. {REPLAY}",
        form=ReplayForm,
    )
    def replay(
        self, request: HttpRequest, queryset: QuerySet[InboundEvent], quiet: bool = False
    ) -> Told:
        """Handle them again, in their own rows."""
        done, skipped = replay(queryset, quiet=quiet)
        said = ". No customer is mailed" if quiet and done else ""
        return Told(f"{done} queued for replay{said}", skipped=skipped, after="Handling")

    @portal_action(
        "Ask the store now",
        perm="integrations.run_flow",
        icon="sync",
        primary=lambda event: main_button(event) == "ask_store",
        where=("detail",),
        available=can_ask,
        why_not="it was used, or nothing asks for it",
    )
    def ask_store(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> Told:
        """Run what asks the store for the things this webhook was about."""
        event = queryset.select_related("connection").get()
        lost = find_lost(event)
        if lost is None or event.connection is None:
            raise Refused("Nothing asks for it.")
        return ask_for_runs(request, [(event.connection, lost.flow)])

    @portal_action(
        "Ignore",
        perm="integrations.replay_event",
        icon="stop",
        primary=lambda event: main_button(event) == "ignore",
        title="Ignore {obj}?",
        confirm="Nothing is done with it, and it needs nobody any more. It can still be replayed.",
        form=IgnoreForm,
        initial=lambda event: {"reason": reason_to_ignore(event)},
        where=("detail", "bulk"),
        available=lambda event: Status.IGNORED in MOVES[event.status] and event.status != HANDLING,
        why_not="it ended, or is being handled just now",
    )
    def ignore(self, request: HttpRequest, queryset: QuerySet[InboundEvent], reason: str) -> Told:
        """Nothing is to be done with them, and why."""
        assert isinstance(request.user, AbstractBaseUser)
        user = request.user
        done, skipped = self.each(queryset, lambda event: _must(_ignore(event, reason, user)))
        return Told(f"{done} ignored", skipped=skipped, after=f"Ignored: {reason}")


def lost_of(event: InboundEvent) -> Lost | None:
    """What became of the thing it was about; looked up once for a row as loaded."""
    if "lost" not in vars(event):
        vars(event)["lost"] = find_lost(event)
    found: Lost | None = vars(event)["lost"]
    return found


def main_button(event: InboundEvent) -> str:
    """Which button helps most: an unreadable body stays unreadable however often it is replayed."""
    if event.status in ENDED:
        return ""
    lost = lost_of(event)
    if lost and lost.is_here:
        return "ignore"
    unreadable = event.status == Status.UNREADABLE
    return "ask_store" if unreadable and can_ask(event) else "replay"


def reason_to_ignore(event: InboundEvent) -> str:
    """What a person would write, where we know it."""
    lost = lost_of(event)
    return lost.sentence[:200] if lost and lost.is_here else ""


def _ignore(event: InboundEvent, reason: str, user: AbstractBaseUser) -> bool:
    """What it was about stays linked to it, if that is here."""
    lost = find_lost(event)
    return ignore(event, reason, user, lost.subject if lost else None)


def _must(done: bool) -> None:
    if not done:
        raise Refused("it ended, or is being handled just now")


def due_badge(event: InboundEvent) -> SafeString:
    """The day by which it must be answered, in red when that is near; nothing for the others."""
    if event.due_on is None:
        return SafeString("")
    near = event.due_on - timezone.localdate() <= DUE_SOON
    return badge(f"Answer by {event.due_on:%b %d}", "bad" if near else "warn")


def event_id(event: InboundEvent) -> str:
    """The delivery id, the last part of what repeats are recognized by."""
    return event.dedupe_key.rpartition(":")[2] or event.dedupe_key


def source_name(event: InboundEvent) -> str:
    """The connection, or the account where there is none (yet)."""
    return event.connection.name if event.connection else event.account or event.provider


def took(event: InboundEvent) -> str:
    """How long until it was handled, waiting included."""
    if event.handled_at is None:
        return ""
    seconds = (event.handled_at - event.received_at).total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
