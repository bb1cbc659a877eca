"""Releasing a held stock run: what it noted is applied where its *before* still stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from integrations.models import SyncChange, SyncRun
from integrations.registry import Released
from integrations.services.held_runs import held_changes
from inventory.models import ChangeReason, Location, StockLevel
from inventory.services.apply_stock import known_locations, make_locations, tell_our_store
from inventory.services.read_stock import Spot
from inventory.services.write_levels import (
    CHUNK,
    Change,
    NewLevel,
    Numbers,
    Stamp,
    chunks,
    insert_levels,
    update_standing,
)

MOVED = "It moved meanwhile; the number that is there stays."


@dataclass
class Noted:
    """The held differences: SyncChange pks by level or by new spot, and the locations named."""

    rows: dict[Spot, int] = field(default_factory=dict)
    before: dict[Spot, Numbers | None] = field(default_factory=dict)
    after: dict[Spot, Numbers] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def release_stock(run: SyncRun, user: AbstractBaseUser) -> Released:
    """Apply what a held run noted, with a ledger line each; our own store is told afterwards.

    A level is set only if its four numbers are what the run compared with, checked under a lock.
    Call it inside the transaction that decides the run.
    """
    noted = _read(held_changes(run).iterator(chunk_size=CHUNK))
    places = make_locations(run.connection, noted.places, known_locations(run.connection))
    as_of = run.started_at or run.created_at
    stamp = Stamp(run.pk, as_of, ChangeReason.RELEASE, user.pk, timezone.now())
    applied = _apply(noted, places, stamp)
    moved = [pk for spot, pk in noted.rows.items() if spot not in applied]
    _settle_rows([noted.rows[spot] for spot in applied], moved)
    tell_our_store(run.connection, SyncRun.Trigger.STAFF, user)
    return Released(len(applied), len(moved))


def _read(rows: Iterable[SyncChange]) -> Noted:
    noted = Noted()
    for row in rows:
        data = row.data or {}
        spot = (data["place"], data["variant"])
        noted.rows[spot] = row.pk
        noted.before[spot] = Numbers(*data["before"]) if data["before"] else None
        noted.after[spot] = Numbers(*data["after"])
        noted.places[data["place"]] = data["place_name"]
    return noted


def _apply(noted: Noted, places: dict[str, Location], stamp: Stamp) -> set[Spot]:
    levels = _levels_at(places)
    changes: dict[Change, Spot] = {}
    new: dict[NewLevel, Spot] = {}
    for spot, before in noted.before.items():
        place = places[spot[0]]
        level_id = levels.get((place.pk, spot[1]))
        if before is not None and level_id is not None:
            changes[Change(level_id, place.pk, spot[1], before, noted.after[spot])] = spot
        elif before is None and level_id is None:
            new[NewLevel(place.pk, spot[1], noted.after[spot])] = spot
    applied = set(new.values())
    for some in chunks(sorted(changes, key=lambda change: change.level_id)):
        written = update_standing(some, stamp)
        applied |= {changes[change] for change in some if change.level_id in written}
    for fresh in chunks(list(new)):
        insert_levels(fresh, stamp)
    return applied


def _levels_at(places: dict[str, Location]) -> dict[tuple[int, int], int]:
    levels = StockLevel.objects.filter(location__in=[place.pk for place in places.values()])
    columns = levels.values_list("location_id", "variant_id", "pk")
    return {(location, variant): pk for location, variant, pk in columns.iterator()}


def _settle_rows(applied: list[int], moved: list[int]) -> None:
    """Applied stock is told by the ledger alone; what was left says why."""
    for some in chunks(applied):
        SyncChange.objects.filter(pk__in=some).delete()
    for some in chunks(moved):
        SyncChange.objects.filter(pk__in=some).update(
            outcome=SyncChange.Outcome.SKIPPED, message=MOVED
        )
