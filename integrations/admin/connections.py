"""Connections: the list with their health, and the page of one."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.nav import Nav
from config.adminkit.options import column
from config.adminkit.parts import badge, strip, two_lines, when
from integrations import registry
from integrations.admin.cadence import cadence_words, flow_words
from integrations.admin.choices import HEALTH, ProviderChoice
from integrations.admin.connecting import other_systems
from integrations.admin.connection_buttons import MANAGE, ConnectionButtons
from integrations.admin.connection_facts import (
    Fact,
    health_word,
    hook_rows,
    is_stale,
    last_error,
    more_facts,
    needs_owner,
    only_observed,
    provider_label,
    scope_rows,
    secret_rows,
    token_note,
    why_no_flows,
    why_they_wait,
)
from integrations.admin.limits_button import pulls_stock
from integrations.admin.places import address
from integrations.admin.recent import runs_of_connections, runs_of_schedules, tones_of
from integrations.admin.run_progress import live_count, watched
from integrations.models import Connection
from integrations.services.budget import limit_of, used_of
from integrations.services.hold_limits import limit_words
from integrations.services.intake import hook_url
from integrations.services.progress import ALIVE
from integrations.services.subscriptions import sends_webhooks

Status = Connection.Status
SHOWN_CALLS, SHOWN_RUNS = 12, 8
NEARLY = 0.9  # of the calls an hour it allows
NEEDS_WORK = Q(status=Status.NEEDS_ATTENTION) | Q(failures__gt=0) | Q(opened__gt=0)


class ConnectionList(KitChangeList):
    """Adds to the rows of the page their last runs, in two queries, and why they wait."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then the rest."""
        super().get_results(request)
        rows: Sequence[Any] = list(self.result_list)
        runs = runs_of_connections(rows)
        why = why_they_wait(rows, timezone.now())
        for row in rows:
            row.last_runs, row.why_waiting = runs.get(row.pk, []), why.get(row.pk, "")
        self.result_list = rows


@admin.register(Connection)
class ConnectionAdmin(ConnectionButtons):
    """Rows are made by connecting; what may be changed is changed by buttons."""

    nav = Nav("Integrations", 10, "plug", "c")
    list_display = ["head", "provider_", "health", "age", "strip_", "next_", "error_"]
    list_filter = [("provider", ProviderChoice), HEALTH]
    search_fields = ["name", "account", "slug"]
    search_help_text = "Name, domain, account"
    jump_fields = ("account", "slug")
    ordering = ["name"]
    change_list_template = "admin/integrations/connection/list.html"
    summary_template = "admin/integrations/connection/summary.html"
    summary_only = True
    views = [
        ("", "In use", ~Q(status=Status.ARCHIVED), ""),
        ("bad", "Needs work", NEEDS_WORK, "bad"),
        ("paused", "Paused", Q(status=Status.PAUSED), "warn"),
        ("archived", "Archived", Q(status=Status.ARCHIVED), ""),
    ]

    # --- list

    def nav_rows(self, request: HttpRequest) -> QuerySet[Connection]:
        """Those that need a person."""
        return Connection.objects.filter(status=Status.NEEDS_ATTENTION)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the ways in to every system; our own store has a button of its own."""
        extra = {"others": other_systems("shopify"), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with the strips."""
        return ConnectionList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """With the next run; credentials are not read from the database for a list."""
        found: QuerySet[Connection] = super().get_queryset(request)
        due = Min("schedules__next_due_at", filter=Q(schedules__enabled=True))
        return found.annotate(next_due_at=due).defer("secrets", "tokens")

    def tab_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """Without the join to the schedules: it would count rows twice."""
        return Connection.objects.order_by()

    @property
    def empty_state(self) -> Empty:  # type: ignore[override]
        """The way in depends on the address of a page, so it is made when it is asked for."""
        return Empty(
            "No systems connected",
            "Connect your own store first, then the stores of your partners.",
            "Connect your own store",
            address("connect_system", "shopify"),
            MANAGE,
            "plug",
        )

    @column("Connection", "m-a", "name")
    def head(self, row: Connection) -> SafeString:
        """Name and account."""
        return two_lines(row.name, row.account)

    @column("Provider", "p3", "provider")
    def provider_(self, row: Connection) -> str:
        """Kind of system."""
        return provider_label(row)

    @column("Health", "m-b", "status")
    def health(self, row: Connection) -> SafeString:
        """How it is."""
        return badge(health_word(row, timezone.now()))

    @column("Last answer", "num m-d", "last_ok_at")
    def age(self, row: Connection) -> SafeString:
        """When its last good run or check was."""
        if is_stale(row, timezone.now()):
            return format_html("{} {}", badge("Stale"), when(row.last_ok_at))
        return when(row.last_ok_at)

    @column("Last 24 runs", "m-c")
    def strip_(self, row: Any) -> SafeString:
        """One bar per run."""
        return strip(tones_of(row.last_runs))

    @column("Next run", "num p2", "next_due_at")
    def next_(self, row: Any) -> SafeString:
        """The first due flow."""
        return when(row.next_due_at if row.status == Status.ACTIVE else None)

    @column("Last error", "flex p3")
    def error_(self, row: Any) -> SafeString:
        """Clamped; the title has all of it."""
        text = row.why_waiting or last_error(row, row.last_runs)
        # That it does not answer the badge says already; what follows has to fit.
        shown = row.why_waiting.rpartition("). ")[2] or text
        return format_html('<span class="q" title="{}">{}</span>', text, shown)

    @column("", "num p2 acts")
    def row_actions(self, row: Any) -> SafeString:
        """Our own store has no owner to write to: its page takes the new credentials."""
        buttons: SafeString = super().row_actions(row)
        if row.status != Status.NEEDS_ATTENTION or needs_owner(row):
            return buttons
        url = self.change_url(row)
        return format_html('{} <a class="btn small row-act on" href="{}">Repair</a>', buttons, url)

    # --- page

    def summary(self, request: HttpRequest, obj: Connection) -> dict[str, Any]:
        """Everything the page of one connection shows."""
        now = timezone.now()
        runs = list(obj.runs.select_related("user").order_by("-id")[:SHOWN_RUNS])
        scopes = scope_rows(obj)
        return {
            "badges": [health_word(obj, now)],
            "head_note": " · ".join(filter(None, [provider_label(obj), obj.account])),
            "numbers": self._numbers(request, obj),
            "flows": _flow_rows(obj),
            "why_no_flows": why_no_flows(obj),
            "under_way": [watched(run) for run in runs if run.status in ALIVE],
            "calls": obj.calls.order_by("-id")[:SHOWN_CALLS],
            "runs": [(run, flow_words(run.flow), live_count(run, "processed")) for run in runs],
            "reason": last_error(obj, runs),
            "why_waiting": why_they_wait([obj], now).get(obj.pk, ""),
            "scopes": scopes,
            "granted": sum(ok for _, ok in scopes),
            "limits": limit_words(obj) if pulls_stock(obj) else [],
            "pulls_stock": pulls_stock(obj),
            "hooks": hook_rows(obj),
            "hook_url": hook_url(obj) if sends_webhooks(obj) else "",
            "credentials": secret_rows(obj),
            "token_note": token_note(obj, now),
            "by_link": needs_owner(obj),
            "observes": only_observed(obj),
            "may_manage": request.user.has_perm(MANAGE),
        }

    def _numbers(self, request: HttpRequest, obj: Connection) -> list[Fact]:
        too_old = f"too old after {obj.stale_after_h} h"
        tone = "warn" if is_stale(obj, timezone.now()) else ""
        age = Fact("Last answer", when(obj.last_ok_at), too_old, tone=tone)
        return [age, *_budget_facts(obj), *more_facts(obj, request)]

    def detail_links(self, request: HttpRequest, obj: Connection) -> list[tuple[str, str, str]]:
        """Where its rows are."""
        runs = address("integrations_syncrun_changelist")
        hooks = address("integrations_inboundevent_changelist")
        return [
            ("All its runs", f"{runs}?connection__in={obj.pk}", "sync"),
            ("All its webhooks", f"{hooks}?connection__in={obj.pk}", "inbox"),
        ]


def _budget_facts(connection: Connection) -> list[Fact]:
    """How much of the calls an hour it allows are used; nothing where nobody counts."""
    limit = limit_of(connection)
    if limit is None:
        return []
    used = used_of(connection, timezone.now())
    tone = "warn" if used >= limit * NEARLY else ""
    return [Fact("Calls, last hour", f"{used:,}", f"of {limit:,} we may make", tone=tone)]


def _flow_rows(connection: Connection) -> list[dict[str, Any]]:
    """The table of flows: schedule, words, strip, last run."""
    schedules = list(connection.schedules.select_related("connection").order_by("flow"))
    runs = runs_of_schedules(schedules)
    known = registry.flows()
    rows = []
    for schedule in schedules:
        mine = runs.get((connection.pk, schedule.flow), [])
        label = known[schedule.flow].label if schedule.flow in known else flow_words(schedule.flow)
        rows.append(
            {
                "schedule": schedule,
                "label": label,
                "words": cadence_words(schedule),
                "tones": tones_of(mine),
                "last": mine[0] if mine else None,
                "url": address("integrations_flowschedule_change", schedule.pk),
            }
        )
    return rows
