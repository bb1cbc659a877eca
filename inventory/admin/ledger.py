"""The page of one level: why it is that number, what changed it, and for whom units are kept."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog.admin.links import page_of
from catalog.models import Listing, Variant
from catalog.services.own_store import without_catalog
from integrations.admin.run_changes import as_number
from integrations.admin.runs import started_by
from integrations.models import SyncChange
from integrations.models.connection import StockAuthority
from inventory.admin.counting_rules import is_observed, verdict_of
from inventory.admin.held_answers import held_answer
from inventory.admin.history import plot_of
from inventory.admin.promised import promises_of
from inventory.admin.raw_numbers import levels_of, next_runs, observed_words, raw_numbers
from inventory.availability import Explanation, explain
from inventory.models import StockChange, StockLevel

SHOWN = 100
TOLD = 10


def level_facts(level: StockLevel, request: HttpRequest) -> dict[str, Any]:
    """Context of the page."""
    now = timezone.now()
    why = explain(level.variant, now)
    changes = ledger_of(level.variant)
    promises = promises_of(level.variant)
    levels = list(levels_of(level.variant))
    return {
        "why": why,
        "steps": steps_of(why),
        "observed": observed_words(levels),
        "raw": raw_numbers(levels, request, now),
        "next_runs": next_runs(levels),
        "plot": plot_of(level.variant, levels, now),
        "published": published_of(level),
        "publications": publications_of(level, request),
        "changes": [_line(change, request) for change in changes[:SHOWN]],
        "last": last_change(level.variant, request),
        "change_count": changes.count(),
        "promises": promises,
        "promised": sum(promise.units for promise in promises),
        "variant_url": page_of(level.variant, request),
    }


def steps_of(why: Explanation) -> list[tuple[str, int, str]]:
    """The arithmetic as (sign, units, words)."""
    counted = sum(source.counted for source in why.sources)
    one = len({source.partner for source in why.sources}) == 1
    said = f"{why.sources[0].partner} has" if one else "partners have together"
    steps = [("", counted, said if why.sources else "no location that counts has any")]
    steps.append(("−", why.held, "promised to our orders"))  # noqa: RUF001
    if why.buffer:
        steps.append(("−", why.buffer, "kept back as safety"))  # noqa: RUF001
    return steps


def published_of(level: StockLevel) -> Listing | None:
    """What our own store was last told."""
    told = Listing.objects.filter(variant=level.variant, connection__partner=None)
    return told.exclude(published_at=None).select_related("connection").first()


def publications_of(level: StockLevel, request: HttpRequest) -> list[dict[str, Any]]:
    """What our own store was told of this variant, newest first, each with the run that did."""
    ours = Listing.objects.filter(variant=level.variant, connection__partner=None)
    ours = ours.exclude(connection__provider__in=without_catalog())
    told = SyncChange.objects.filter(key__in=ours.values("sku"), run__flow="publish_stock")
    rows = told.select_related("run__connection").order_by("-pk")[:TOLD]
    return [
        {
            "at": row.run.started_at or row.run.created_at,
            "run": row.run,
            "url": page_of(row.run, request),
            "store": row.run.connection.name,
            "before": as_number(row.before),
            "after": as_number(row.after),
            "done": row.outcome == SyncChange.Outcome.APPLIED,
            "message": row.message,
        }
        for row in rows
    ]


def last_change(variant: Variant, request: HttpRequest) -> dict[str, Any] | None:
    """The newest line of its ledger that moved what is available, as its pages show it.

    Where systems that are shown and never counted speak of it too, theirs is not the one that
    explains a number; it is, where no other does.
    """
    moved = ledger_of(variant).filter(Q(before=None) | ~Q(before=F("after")))
    is_counted = ~Q(level__location__connection__stock_authority=StockAuthority.OBSERVE)
    newest = moved.filter(is_counted).first() or moved.first()
    held = held_answer(variant, request)
    return _line(newest, request) | {"held": held} if newest else None


def ledger_of(variant: Variant) -> QuerySet[StockChange]:
    """All changes of the variant, newest first."""
    rows = StockChange.objects.filter(variant=variant).order_by("-pk")
    return rows.select_related("run__user", "user", "level__location__connection__partner")


def _who(change: StockChange) -> str:
    """Who changed it: a person, or who or what started the run."""
    if change.user is not None:
        return change.user.get_full_name() or change.user.get_username()
    return started_by(change.run) if change.run else "Crossdock"


def _line(change: StockChange, request: HttpRequest) -> dict[str, Any]:
    before = change.before or 0
    return {
        "at": change.at,
        "reason": change.get_reason_display(),
        "place": change.level.location.name,
        "store": change.level.location.connection or "",
        "rule": verdict_of(change.level.location)[1],
        "observed": is_observed(change.level.location),
        "source": str(change.run) if change.run else change.note,
        "note": change.note if change.run else "",
        "url": page_of(change.run, request),
        "by": _who(change),
        "delta": change.after - before,
        "before": change.before,
        "after": change.after,
        "on_hand": (change.on_hand_before, change.on_hand_after),
        "has_on_hand": change.on_hand_before is not None or change.on_hand_after is not None,
    }
