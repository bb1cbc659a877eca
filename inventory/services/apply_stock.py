"""Stock of a connection: pull, compare in memory, brake, write what differs, tell our store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from catalog.services.own_store import own_store
from integrations.errors import ProviderError
from integrations.models import Connection, SyncRun
from integrations.models.connection import StalePolicy
from integrations.services.runs import Held, Run, request_run
from inventory.brake import Snapshot, find_fault
from inventory.models import Location, StockLevel
from inventory.services.read_stock import Answer, Asked, Spot, imported_listings, read_stock
from inventory.services.write_levels import (
    Change,
    NewLevel,
    Numbers,
    Stamp,
    chunks,
    insert_levels,
    mark_missing,
    update_levels,
)

NOTHING_THERE = Numbers(0, 0, 0, 0)


@dataclass
class Difference:
    """What an answer would do to the levels of a connection.

    `back` are levels that were missing and are there again unchanged, `gone` those that are no
    longer in the answer, `silent` variants of which no number was ever given.
    """

    new: list[tuple[Spot, Numbers]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    gone: dict[int, int] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    unchanged: int = 0
    known: int = 0
    units: int = 0
    in_stock: int = 0


def sync_stock(run: Run) -> None:
    """One stock run of a connection.

    Raises Held with the differences noted when the answer looks wrong, and ProviderError when it
    cannot be had; the last numbers stay in both cases.
    """
    asked = imported_listings(run)
    if not asked.items:
        return
    try:
        answer = read_stock(run, asked)
    except ProviderError:
        if run.connection.stale_policy == StalePolicy.ZERO:
            ask_to_publish(run)
        raise
    places = known_locations(run.connection)
    difference = compare(answer, asked, places)
    _brake(run, asked, answer, difference)
    run.count(
        created=len(difference.new),
        updated=len(difference.changed),
        unchanged=difference.unchanged + len(difference.back),
    )
    if run.params.get("dry_run"):
        note_differences(run, difference, asked, "skipped", "Dry run: nothing was written.")
        return
    apply_stock(run, difference, make_locations(run.connection, answer, places))
    _note_missing(run, difference, asked)
    if not run.params.get("skus"):
        finish_snapshot(run, difference)
    ask_to_publish(run)


def known_locations(connection: Connection) -> dict[str, Location]:
    """The locations of a connection by their id."""
    return {row.external_id: row for row in Location.objects.filter(connection=connection)}


def compare(answer: Answer, asked: Asked, places: Mapping[str, Location]) -> Difference:
    """The answer against the levels as they stand, in memory: one query.

    A SKU that is not in the answer keeps its numbers. One that is, but no longer at a location
    that had it, has none there: the answer names every place where it is.
    """
    found = Difference(silent=set(asked.skus) - answer.variants)
    left = dict(answer.numbers)
    for level, spot, missing_since in _levels_of(asked, places):
        before = level.before
        found.silent.discard(level.variant_id)
        found.units += max(0, before.available)
        found.in_stock += before.available > 0
        found.known += missing_since is None
        if spot in answer.unusable and spot not in left:
            continue
        if level.variant_id not in answer.variants:
            if missing_since is None:
                found.gone[level.level_id] = level.variant_id
            continue
        after = left.pop(spot, NOTHING_THERE)
        if after != before:
            found.changed.append(level._replace(after=after))
        elif missing_since is not None:
            found.back.append(level.level_id)
        else:
            found.unchanged += 1
    found.new = sorted(left.items())
    return found


def _levels_of(
    asked: Asked, places: Mapping[str, Location]
) -> Iterator[tuple[Change, Spot, datetime | None]]:
    """The levels of what was asked, as changes that change nothing yet."""
    names = {place.pk: external_id for external_id, place in places.items()}
    columns = (
        "pk", "location_id", "variant_id", "missing_since",
        "available", "on_hand", "allocated", "in_transit",
    )  # fmt: skip
    levels = StockLevel.objects.filter(location__in=names).values_list(*columns)
    for pk, location_id, variant_id, missing_since, *now in levels.iterator(chunk_size=5000):
        if variant_id in asked.skus:
            numbers = Numbers(*now)
            level = Change(pk, location_id, variant_id, numbers, numbers)
            yield level, (names[location_id], variant_id), missing_since


def _brake(run: Run, asked: Asked, answer: Answer, difference: Difference) -> None:
    fault = find_fault(
        Snapshot(
            asked=len(asked.items),
            rows=answer.rows - answer.unmatched,
            rejected=answer.rejected,
            known=difference.known,
            missing=len(difference.gone),
            units=difference.units,
            in_stock=difference.in_stock,
            moves=[(c.before.available, c.after.available) for c in difference.changed],
        )
    )
    if fault is None:
        return
    code, sentence = fault
    note_differences(run, difference, asked, "held", "")
    run.flush()
    raise Held(code, f"{sentence} No number was changed; look at the differences.")


def note_differences(
    run: Run, difference: Difference, asked: Asked, outcome: str, message: str
) -> None:
    """One row per level that would change, for staff to read; `field` names the location's pk."""
    for change in difference.changed:
        name = f"available:{change.location_id}"
        moved = (name, change.before.available, change.after.available)
        run.note(asked.skus[change.variant_id], outcome, message, moved)
    for (_, variant_id), numbers in difference.new:
        run.note(asked.skus[variant_id], outcome, message, ("available", None, numbers.available))


def make_locations(
    connection: Connection, answer: Answer, places: Mapping[str, Location]
) -> dict[str, Location]:
    """All locations of the answer, the unknown ones made."""
    found = dict(places)
    for external_id, name in answer.locations.items():
        if external_id not in found:
            found[external_id], _ = Location.objects.get_or_create(
                connection=connection,
                external_id=external_id,
                defaults={"name": (name or connection.name)[:120]},
            )
    return found


def apply_stock(run: Run, difference: Difference, places: Mapping[str, Location]) -> None:
    """Write the differences in short transactions, each with its ledger rows.

    Before each of them the run shows it is alive, and stops if another worker took over.
    """
    stamp = Stamp(run.record.pk, run.started_at)
    new = [
        NewLevel(places[name].pk, variant, numbers) for (name, variant), numbers in difference.new
    ]
    for some in chunks(new):
        run.beat()
        insert_levels(some, stamp)
    for changed in chunks(sorted(difference.changed)):
        run.beat()
        update_levels(changed, stamp)
    for ids in chunks(sorted(difference.back)):
        mark_missing(ids, None)


def _note_missing(run: Run, difference: Difference, asked: Asked) -> None:
    for variant_id in difference.gone.values():
        run.count(skipped=1)
        run.note(asked.skus[variant_id], "skipped", "Not in the answer; its last number stays.")
    for variant_id in sorted(difference.silent):
        run.count(skipped=1)
        run.note(asked.skus[variant_id], "skipped", "They give no number for it: 0 to sell.")


def finish_snapshot(run: Run, difference: Difference) -> None:
    """The complete answer is applied: mark what it did not hold, and date every location by it."""
    for ids in chunks(sorted(difference.gone)):
        mark_missing(ids, run.started_at)
    Location.objects.filter(connection=run.connection).update(as_of=run.started_at)
    _overtake_held(run)


def _overtake_held(run: Run) -> None:
    held = SyncRun.objects.filter(connection=run.connection, flow=run.record.flow)
    for old in held.filter(status=SyncRun.Status.HELD):
        old.move(SyncRun.Status.HELD, SyncRun.Status.CANCELED, reason="overtaken")


def ask_to_publish(run: Run) -> None:
    """Our own store should show the new numbers; asked for while it publishes, it does so again."""
    own = own_store()
    if own is not None and own.pk != run.connection.pk:
        request_run(
            own, "publish_stock", trigger=run.record.trigger, user=run.record.user, again=True
        )
