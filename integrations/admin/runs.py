"""Runs: the list, and what one run did, changed and called."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations.admin.asking import ask_for_runs
from integrations.admin.cadence import flow_words
from integrations.admin.choices import RUN_STATUS, FlowChoice
from integrations.admin.held_buttons import discard, held_facts, release
from integrations.admin.places import address, row_url
from integrations.admin.run_changes import change_tabs, find_changes, held_word
from integrations.admin.run_words import find_names, find_story
from integrations.models import Connection, SyncRun
from integrations.services.held_runs import CannotDecide

Status = SyncRun.Status
ALIVE = (Status.QUEUED, Status.RUNNING)
SHOWN_CALLS = 100
HINTS = {
    "auth": "The account does not let us in. Open the connection and connect it again.",
    "retryable": "Nothing to do: it runs again on its schedule, or press Run again.",
    "bad_response": "Their answer could not be used. Run it again; if it stays, tell them.",
    "not_active": "Make the connection work first, then run it again.",
    "not_capable": "This kind of system does not have this flow.",
    "waiting": "A queued run starts by itself as soon as the system may be called.",
    "silent": "It runs again by itself. If it stays, look at the memory of the worker.",
    "defect": "This is a fault of ours. The log of the worker has the details.",
}


@admin.register(SyncRun)
class SyncRunAdmin(SummaryAdmin):
    """Machines write them; a person may ask for the same run again."""

    nav = Nav("Integrations", 20, "sync", "r", label="Runs")
    nav_tone = "warn"
    list_display = [
        *("head", "flow_", "connection_", "state", "by"),
        *("n_processed", "n_created", "n_updated", "n_unchanged", "n_skipped", "n_failed"),
        *("started", "took_"),
    ]
    list_filter = [
        ("flow", FlowChoice),
        ("connection", MultiChoice),
        RUN_STATUS,
        ("trigger", MultiChoice.called("Started by")),
        ("started_at", DateRange),
    ]
    list_select_related = ["connection", "user"]
    live = True
    search_fields = ["flow", "connection__name"]
    search_help_text = "Flow, connection, or #12"
    jump_fields = ("pk_text",)
    ordering = ["-id"]
    comes_from = "any"
    empty_state = Empty(
        "No runs yet",
        "Each time something is brought in or told is one row here. The first starts by itself.",
        "See schedules",
        reverse_lazy("admin:integrations_flowschedule_changelist"),
        "integrations.view_flowschedule",
        "sync",
    )
    refusals = (CannotDecide,)
    summary_template = "admin/integrations/syncrun/summary.html"
    summary_only = True
    views = [
        ("", "All", None, ""),
        ("running", "Under way", Q(status__in=ALIVE), ""),
        ("failed", "Failed", Q(status=Status.FAILED), "bad"),
        ("interrupted", "Interrupted", Q(status=Status.INTERRUPTED), "bad"),
        ("held", "Held", Q(status=Status.HELD), "warn"),
        ("partial", "Partial", Q(status=Status.PARTIAL), "warn"),
        ("completed", "Completed", Q(status=Status.COMPLETED), ""),
    ]

    def _exact_hit(self, request: HttpRequest) -> Any:
        query = request.GET.get("q", "").strip().lstrip("#")
        return self.get_queryset(request).filter(pk=query).first() if query.isdecimal() else None

    @column("Run", "m-a", "id")
    def head(self, run: SyncRun) -> str:
        """Its number."""
        return f"#{run.pk}"

    @column("Flow", "m-c flex", "flow")
    def flow_(self, run: SyncRun) -> str:
        """What ran."""
        return flow_words(run.flow)

    @column("Connection", "m-e", "connection__name")
    def connection_(self, run: SyncRun) -> str:
        """Whose."""
        return run.connection.name

    @column("Status", "m-b", "status")
    def state(self, run: SyncRun) -> SafeString:
        """What came of it."""
        return badge(run.get_status_display())

    @column("Started by", "p3", "trigger")
    def by(self, run: SyncRun) -> str:
        """A person or a machine."""
        return started_by(run)

    @column("Processed", "num", "processed")
    def n_processed(self, run: SyncRun) -> int:
        """Rows it looked at."""
        return run.processed

    @column("Created", "num p3", "created")
    def n_created(self, run: SyncRun) -> SafeString:
        """New rows."""
        return quiet_zero(run.created)

    @column("Updated", "num p2", "updated")
    def n_updated(self, run: SyncRun) -> SafeString:
        """Changed rows."""
        return quiet_zero(run.updated)

    @column("Unchanged", "num p3", "unchanged")
    def n_unchanged(self, run: SyncRun) -> SafeString:
        """Rows that were right already."""
        return format_html('<span class="q">{}</span>', run.unchanged)

    @column("Skipped", "num p3", "skipped")
    def n_skipped(self, run: SyncRun) -> SafeString:
        """Rows left out, with a reason each."""
        return quiet_zero(run.skipped)

    @column("Failed", "num p2", "failed")
    def n_failed(self, run: SyncRun) -> SafeString:
        """Rows that could not be done."""
        if run.failed:
            return format_html('<b class="down">{}</b>', run.failed)
        return quiet_zero(0)

    @column("Started", "num m-d", "started_at")
    def started(self, run: SyncRun) -> SafeString:
        """When."""
        return when(run.started_at or run.created_at)

    @column("Took", "num p3")
    def took_(self, run: SyncRun) -> str:
        """How long."""
        return took(run)

    # --- page

    def summary(self, request: HttpRequest, obj: SyncRun) -> dict[str, Any]:
        """Numbers, what went wrong and what to do, changes, calls."""
        tab = request.GET.get("show", "")
        changes = find_changes(obj)
        shown = changes.shown(tab, held_word(obj))
        names = find_names(obj, [cells[0].key for cells in shown], request)
        return {
            "story": find_story(obj, request),
            "badges": [obj.get_status_display()],
            "alive": obj.status in ALIVE,
            "flow_label": flow_words(obj.flow),
            "connection_url": row_url(obj.connection),
            "started": obj.started_at or obj.created_at,
            "took": took(obj),
            "by": started_by(obj) if obj.user else started_by(obj).lower(),
            "hint": HINTS.get(obj.reason, ""),
            "needs_reconnect": obj.connection.status == Connection.Status.NEEDS_ATTENTION,
            "tone": _tone(obj),
            "change_tabs": change_tabs(changes, tab, held_word(obj)),
            "changes": [(*cells, names.get(cells[0].key)) for cells in shown],
            "more_changes": changes.left_off(tab),
            "calls": list(obj.calls.order_by("id")[:SHOWN_CALLS]),
            "call_count": obj.calls.count(),
            **held_facts(obj),
            "retried": obj.calls.filter(attempt__gt=1).count(),
        }

    def nav_rows(self, request: HttpRequest) -> QuerySet[SyncRun]:
        """Those that wait for a decision."""
        return SyncRun.objects.filter(status=Status.HELD)

    def detail_links(self, request: HttpRequest, obj: SyncRun) -> list[tuple[str, str, str]]:
        """The runs of the same connection."""
        listing = address("integrations_syncrun_changelist")
        url = f"{listing}?connection__in={obj.connection_id}"
        return [(f"All runs of {obj.connection}", url, "sync")]

    @portal_action(
        "Run again",
        perm="integrations.run_flow",
        icon="retry",
        # Where it did its work, waits for a decision, or cannot call, that is not what helps.
        primary=lambda run: (
            run.status not in (Status.COMPLETED, Status.HELD)
            and run.connection.status == Connection.Status.ACTIVE
        ),
        where=("detail", "bulk"),
        available=lambda run: run.status not in ALIVE,
        why_not="it has not ended yet",
    )
    def run_again(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> Told:
        """The same flow of the same connection, once more."""
        runs = queryset.select_related("connection")
        pairs = list(dict.fromkeys((run.connection, run.flow) for run in runs))
        told = ask_for_runs(request, pairs)
        return replace(told, goto=told.url, url="", link="") if len(pairs) == 1 else told

    @portal_action(
        "Cancel",
        perm="integrations.run_flow",
        icon="cancel",
        where=("detail", "bulk"),
        available=lambda run: run.status == Status.QUEUED,
        why_not="it has begun already",
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> Told:
        """Take it out of the queue before it begins."""
        now, done, skipped = timezone.now(), 0, []
        for run in queryset:
            if run.move(Status.QUEUED, Status.CANCELED, finished_at=now):
                done += 1
            else:
                skipped.append((run, "it has begun meanwhile"))
        return Told(f"{done} canceled", skipped=skipped, before="Queued", after="Canceled")

    discard, release = discard, release  # the last primary button is the one shown as such


def started_by(run: SyncRun) -> str:
    """Schedule, Webhook, or the person's name."""
    if run.user is not None:
        return run.user.get_full_name() or run.user.get_username()
    return str(run.get_trigger_display())


def took(run: SyncRun) -> str:
    """12.3 s or 40 ms; dots while it runs; nothing if it never began."""
    if run.started_at is None:
        return "…" if run.status in ALIVE else ""
    if run.finished_at is None:
        return "…"
    seconds = (run.finished_at - run.started_at).total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def quiet_zero(number: int) -> SafeString:
    """A zero does not catch the eye."""
    return format_html("{}", number) if number else SafeString('<span class="q">0</span>')


def _tone(run: SyncRun) -> str:
    if run.status in (Status.FAILED, Status.INTERRUPTED):
        return "bad"
    return "mute" if run.status in (Status.SKIPPED, Status.CANCELED) else "warn"
