"""Schedules: when each flow runs, in human words, and a form that shows the next run times."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import KitAdmin, column
from config.adminkit.parts import badge, strip, when
from integrations.admin.asking import ask_for_runs
from integrations.admin.cadence import cadence_words, flow_words, is_late, next_times
from integrations.admin.choices import FlowChoice
from integrations.admin.places import row_url
from integrations.admin.recent import runs_of_schedules, tones_of
from integrations.admin.schedule_form import ScheduleForm
from integrations.models import Connection, FlowSchedule
from integrations.services.heartbeats import SILENT_AFTER, last_beats
from integrations.services.schedules import plan

CHANGE = "integrations.change_flowschedule"
MANUAL = Q(every_minutes=None, daily_at=None)
USED = Q(connection__status=Connection.Status.ACTIVE)
ASLEEP = Q(connection__status=Connection.Status.PAUSED)


class ScheduleList(KitChangeList):
    """Adds the last runs to the rows of the page, in two queries."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the strips."""
        super().get_results(request)
        rows: Sequence[Any] = list(self.result_list)
        runs = runs_of_schedules(rows)
        for row in rows:
            row.last_runs = runs.get((row.connection_id, row.flow), [])
        self.result_list = rows


@admin.register(FlowSchedule)
class FlowScheduleAdmin(KitAdmin):
    """One row per flow of a connection; connecting makes them, staff change when they run."""

    nav = Nav("Integrations", 40, "clock", "d", label="Schedules")
    form = ScheduleForm
    list_display = ["head", "connection_", "words", "strip_", "result", "next_", "state"]
    list_filter = [("flow", FlowChoice), ("connection", MultiChoice)]
    list_select_related = ["connection"]
    search_fields = ["flow", "connection__name"]
    search_help_text = "Flow, connection"
    ordering = ["connection__name", "flow"]
    change_list_template = "admin/integrations/flowschedule/list.html"
    summary_template = "admin/integrations/flowschedule/summary.html"
    comes_from = "any"
    empty_state = Empty(
        "No schedules yet", "Each flow of a connected system gets its own.", icon="clock"
    )
    views = [
        ("", "All", None, ""),
        ("timed", "Active", USED & Q(enabled=True) & ~MANUAL, ""),
        ("manual", "Manual", USED & Q(enabled=True) & MANUAL, ""),
        ("paused", "Paused", (USED & Q(enabled=False)) | ASLEEP, "warn"),
        ("cut", "Not connected", ~USED & ~ASLEEP, "warn"),
    ]
    fieldsets = [
        (
            "How often",
            {
                "fields": ["mode", ("every_minutes", "daily_at")],
                "description": "At least five minutes apart. Two runs of a flow never overlap.",
            },
        ),
        (
            "When",
            {
                "fields": ["days", ("window_from", "window_to"), "timezone"],
                "description": "The window is for runs every so many minutes; both ends count.",
            },
        ),
        ("State", {"fields": ["enabled"]}),
    ]

    # --- rights: made by connecting, kept as long as the connection

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Connecting makes them."""
        return False

    # --- list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with the strips."""
        return ScheduleList

    def get_queryset(self, request: HttpRequest) -> QuerySet[FlowSchedule]:
        """Those of connections in use."""
        found: QuerySet[FlowSchedule] = super().get_queryset(request)
        return found.exclude(connection__status=Connection.Status.ARCHIVED)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With a word about workers that were not heard from: nothing would start."""
        beats, now = last_beats(), timezone.now()
        silent = [name for name, most in SILENT_AFTER.items() if _is_silent(beats, name, most, now)]
        return super().changelist_view(request, {"silent": silent, **(extra_context or {})})

    @column("Flow", "m-a", "flow")
    def head(self, row: FlowSchedule) -> str:
        """What runs."""
        return flow_words(row.flow)

    @column("Connection", "clip m-e", "connection__name")
    def connection_(self, row: FlowSchedule) -> str:
        """Whose."""
        return row.connection.name

    @column("When", "flex m-c")
    def words(self, row: FlowSchedule) -> str:
        """In human words."""
        return cadence_words(row)

    @column("Last 24 runs", "p2")
    def strip_(self, row: Any) -> SafeString:
        """One bar per run."""
        return strip(tones_of(row.last_runs))

    @column("Last result", "p3")
    def result(self, row: Any) -> SafeString:
        """Of the newest run."""
        runs = row.last_runs
        return badge(runs[0].get_status_display()) if runs else SafeString("")

    @column("Next run", "num m-d", "next_due_at")
    def next_(self, row: FlowSchedule) -> SafeString:
        """When it is due."""
        active = row.enabled and row.connection.status == Connection.Status.ACTIVE
        return when(row.next_due_at if active else None)

    @column("State", "m-b", "enabled")
    def state(self, row: FlowSchedule) -> SafeString:
        """Does it run by itself."""
        return badge(state_word(row))

    # --- page

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nothing below the summary for those who may not change it."""
        return super().get_fieldsets(request, obj) if self._may_change(request) else []

    def summary(self, request: HttpRequest, obj: FlowSchedule) -> dict[str, Any]:
        """When it runs, and the next times."""
        runs = runs_of_schedules([obj]).get((obj.connection_id, obj.flow), [])
        return {
            "badges": [state_word(obj)],
            "head_note": cadence_words(obj),
            "summary_only": not self._may_change(request),
            "times": next_times(obj, timezone.now()),
            "last": runs[0] if runs else None,
            "tones": tones_of(runs),
            "connection_url": row_url(obj.connection),
            "is_late": is_late(obj, timezone.now()),
        }

    def _may_change(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE)

    def save_model(self, request: HttpRequest, obj: FlowSchedule, form: Any, change: bool) -> None:
        """Save, and compute when it is due next."""
        super().save_model(request, obj, form, change)
        plan(obj, timezone.now())

    # --- buttons

    @portal_action(
        "Run now",
        perm="integrations.run_flow",
        icon="play",
        where=("row", "detail", "bulk"),
        available=lambda row: row.connection.status == Connection.Status.ACTIVE,
        why_not=lambda row: f"{row.connection} is not connected",
    )
    def run_now(self, request: HttpRequest, queryset: QuerySet[FlowSchedule]) -> Told:
        """Queue a run, whatever the schedule says."""
        rows = queryset.select_related("connection")
        return ask_for_runs(request, [(row.connection, row.flow) for row in rows])

    @portal_action(
        "Pause",
        perm=CHANGE,
        icon="hold",
        where=("row", "detail", "bulk"),
        quiet=True,
        available=lambda row: row.enabled and not row.is_manual,
        why_not=lambda row: "runs only when asked" if row.enabled else "paused already",
    )
    def pause(self, request: HttpRequest, queryset: QuerySet[FlowSchedule]) -> Told:
        """It starts no more by itself."""
        done = _set_enabled(queryset, enabled=False)
        said = f"{done} paused. They still run when you press Run now"
        return Told(said, before="Active", after="Paused")

    @portal_action(
        "Resume",
        perm=CHANGE,
        icon="play",
        where=("row", "detail", "bulk"),
        available=lambda row: not row.enabled,
        why_not="not paused",
    )
    def resume(self, request: HttpRequest, queryset: QuerySet[FlowSchedule]) -> Told:
        """It starts by itself again, from its next time on."""
        done = _set_enabled(queryset, enabled=True)
        return Told(f"{done} resumed", before="Paused", after="Active")


def state_word(row: FlowSchedule) -> str:
    """Active, Manual, Paused, or that of its connection."""
    if row.connection.status != Connection.Status.ACTIVE:
        return str(row.connection.get_status_display())
    if not row.enabled:
        return "Paused"
    return "Manual" if row.is_manual else "Active"


def _set_enabled(queryset: QuerySet[FlowSchedule], *, enabled: bool) -> int:
    now, rows = timezone.now(), list(queryset)
    for row in rows:
        FlowSchedule.objects.filter(pk=row.pk).update(enabled=enabled)
        row.enabled = enabled
        plan(row, now)
    return len(rows)


def _is_silent(beats: Any, name: str, most: Any, now: Any) -> bool:
    return name not in beats or now - beats[name] > most
