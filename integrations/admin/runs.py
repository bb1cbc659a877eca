"""Runs: the list, and what one run did, changed and called."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse_lazy
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import when
from integrations.admin.cadence import flow_words
from integrations.admin.choices import RUN_STATUS, FlowChoice
from integrations.admin.held_buttons import discard, held_facts, release
from integrations.admin.places import address, row_url
from integrations.admin.run_buttons import cancel, run_again
from integrations.admin.run_changes import change_tabs, find_changes, held_word
from integrations.admin.run_ends import find_later, hint_of, tone_of
from integrations.admin.run_progress import live_badge, live_count, progress_view, watched
from integrations.admin.run_words import find_names, find_story
from integrations.models import Connection, SyncRun
from integrations.services.budget import said_budget
from integrations.services.held_runs import CannotDecide
from integrations.services.progress import ALIVE
from integrations.services.run_handle import COUNTS

Status = SyncRun.Status
SHOWN_CALLS = 100


@admin.register(SyncRun)
class SyncRunAdmin(SummaryAdmin):
    """Machines write them; a person may stop one, or ask for the same run again."""

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
    change_list_template = "admin/integrations/syncrun/list.html"
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

    def get_urls(self) -> list[URLPattern]:
        """And how far runs are, before Django's catch-all."""
        view = self.admin_site.admin_view(partial(progress_view, self))
        view.model_admin = self  # type: ignore[attr-defined]
        mine = path("progress/", view, name="integrations_syncrun_progress")
        return [mine, *super().get_urls()]

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
        return live_badge(run)

    @column("Started by", "p3", "trigger")
    def by(self, run: SyncRun) -> str:
        """A person or a machine."""
        return started_by(run)

    @column("Processed", "num", "processed")
    def n_processed(self, run: SyncRun) -> SafeString:
        """Rows it looked at, of how many while it runs."""
        number = live_count(run, "processed")
        if run.status in ALIVE and run.total:
            return format_html('{} <span class="q">of {}</span>', number, f"{run.total:,}")
        return number

    @column("Created", "num p3", "created")
    def n_created(self, run: SyncRun) -> SafeString:
        """New rows."""
        return quiet_zero(run, "created")

    @column("Updated", "num p2", "updated")
    def n_updated(self, run: SyncRun) -> SafeString:
        """Changed rows."""
        return quiet_zero(run, "updated")

    @column("Unchanged", "num p3", "unchanged")
    def n_unchanged(self, run: SyncRun) -> SafeString:
        """Rows that were right already."""
        return format_html('<span class="q">{}</span>', live_count(run, "unchanged"))

    @column("Skipped", "num p3", "skipped")
    def n_skipped(self, run: SyncRun) -> SafeString:
        """Rows left out, with a reason each."""
        return quiet_zero(run, "skipped")

    @column("Failed", "num p2", "failed")
    def n_failed(self, run: SyncRun) -> SafeString:
        """Rows that could not be done."""
        if run.failed:
            return format_html('<b class="down">{}</b>', live_count(run, "failed"))
        return quiet_zero(run, "failed")

    @column("Started", "num m-d", "started_at")
    def started(self, run: SyncRun) -> SafeString:
        """When it did, or will."""
        return when(run.started_at or run.waits_until or run.created_at)

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
            "watch": watched(obj),
            "counts": {name: live_count(obj, name) for name in (*COUNTS, "pages")},
            "flow_label": flow_words(obj.flow),
            "connection_url": row_url(obj.connection),
            "started": obj.started_at or obj.created_at,
            "took": took(obj),
            "by": started_by(obj) if obj.user else started_by(obj).lower(),
            "hint": hint_of(obj),
            "later": find_later(obj),
            "needs_reconnect": obj.connection.status == Connection.Status.NEEDS_ATTENTION,
            "tone": tone_of(obj),
            "change_tabs": change_tabs(changes, tab, held_word(obj)),
            "changes": [(*cells, names.get(cells[0].key)) for cells in shown],
            "more_changes": changes.left_off(tab),
            "calls": list(obj.calls.order_by("id")[:SHOWN_CALLS]),
            "call_count": obj.calls.count(),
            "budget": said_budget(obj.connection),
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

    run_again, cancel = run_again, cancel
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


def quiet_zero(run: SyncRun, name: str) -> SafeString:
    """A count; a zero does not catch the eye."""
    number = live_count(run, name)
    return number if getattr(run, name) else format_html('<span class="q">{}</span>', number)
