"""What each system said of a variant, as it said it: numbers, when, by which run, does it count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin.links import page_of
from catalog.models import Variant
from integrations.models import Connection, FlowSchedule, SyncRun
from inventory.admin.counting_rules import (
    is_counted,
    is_observed,
    place_name,
    rule_of,
    source_of,
    system_of,
)
from inventory.admin.words import age_word
from inventory.freshness import said_at
from inventory.models import StockLevel


def levels_of(variant: Variant) -> QuerySet[StockLevel]:
    """The variant at every location, with what says whether it counts; one query."""
    rows = StockLevel.objects.filter(variant=variant).defer(
        "location__connection__secrets", "location__connection__tokens"
    )
    return rows.select_related("location__connection__partner").order_by("location__name", "pk")


def raw_numbers(
    levels: Sequence[StockLevel], request: HttpRequest, now: datetime
) -> list[dict[str, Any]]:
    """A line per location: what counts first. One query for all their runs."""
    runs = _runs_of(levels)
    rows = [_row(level, runs, request, now) for level in levels]
    return sorted(rows, key=lambda row: not row["counts"])


def _row(
    level: StockLevel,
    runs: dict[tuple[int | None, datetime | None], SyncRun],
    request: HttpRequest,
    now: datetime,
) -> dict[str, Any]:
    said = said_at(level)
    run = runs.get((level.location.connection_id, said))
    return {
        "level": level,
        "place": level.location.name,
        "source": source_of(level.location),
        "system": system_of(level.location),
        "url": page_of(level, request),
        "said_at": said,
        "run": run,
        "run_url": page_of(run, request),
        "age": age_word(level, now),
        "rule": rule_of(level, now),
        "counts": is_counted(level),
    }


def _runs_of(
    levels: Sequence[StockLevel],
) -> dict[tuple[int | None, datetime | None], SyncRun]:
    """The stock runs that said these numbers: a number is as old as the start of its run."""
    moments = {said_at(level) for level in levels if level.location.connection_id}
    stores = {level.location.connection_id for level in levels}
    found = SyncRun.objects.filter(
        flow="stock", connection__in=stores - {None}, started_at__in=moments - {None}
    )
    return {(run.connection_id, run.started_at): run for run in found}


def observed_words(levels: Sequence[StockLevel]) -> list[str]:
    """What is said and does not count, a sentence for each."""
    return [
        f"{place_name(level)} says {level.available:,}: shown, never counted."
        for level in levels
        if is_observed(level.location)
    ]


def next_runs(levels: Sequence[StockLevel]) -> list[tuple[Connection, datetime | None]]:
    """When each system is asked again, by its schedule; None: only when somebody asks."""
    stores = {
        connection.pk: connection
        for level in levels
        if (connection := level.location.connection) is not None
    }
    found = FlowSchedule.objects.filter(flow="stock", connection__in=stores)
    due = dict(found.filter(enabled=True).values_list("connection", "next_due_at"))
    return [
        (one, due.get(pk) if one.status == Connection.Status.ACTIVE else None)
        for pk, one in stores.items()
    ]
