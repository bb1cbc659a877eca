"""Stock of a connection: pull, compare, brake, write what differs, tell our store."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from catalog.models import UnmatchedSku
from catalog.services.own_store import own_store
from catalog.services.unmatched import forget_seen_before, note_unmatched
from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.models.connection import StalePolicy
from integrations.services.alerts import close_alert
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, Run
from inventory.brake import Snapshot, find_fault
from inventory.models import Location
from inventory.services.compare_stock import Difference, compare
from inventory.services.read_stock import (
    MOST_STRANGERS,
    Answer,
    Asked,
    imported_listings,
    read_stock,
)
from inventory.services.write_levels import (
    Change,
    NewLevel,
    Numbers,
    Stamp,
    chunks,
    insert_levels,
    mark_confirmed,
    mark_missing,
    mark_rejected,
    update_levels,
)


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
    note_strangers(run, answer)
    difference = compare(answer, asked, places)
    _brake(run, asked, answer, difference)
    run.count(
        created=len(difference.new),
        updated=len(difference.changed),
        unchanged=difference.unchanged + len(difference.back),
    )
    if run.params.get("dry_run"):
        message = "Dry run: nothing was written."
        note_differences(run, difference, asked, "skipped", message, answer.locations)
        return
    apply_stock(run, difference, make_locations(run.connection, answer.locations, places))
    _note_missing(run, difference, asked)
    if not run.params.get("skus"):
        finish_snapshot(run, difference)
    ask_to_publish(run)


def known_locations(connection: Connection) -> dict[str, Location]:
    """The locations of a connection by their id."""
    return {row.external_id: row for row in Location.objects.filter(connection=connection)}


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
    note_differences(run, difference, asked, "held", "", answer.locations)
    _note_missing(run, difference, asked)
    run.flush()
    look = "look at the differences" if answer.rows else "there is nothing to compare"
    raise Held(code, f"{sentence} No number was changed; {look}.")


def note_differences(
    run: Run,
    difference: Difference,
    asked: Asked,
    outcome: str,
    message: str,
    names: Mapping[str, str],
) -> None:
    """One row per level that would change, what would go to zero first.

    `field` names the location's pk, `data` what a release needs; `names` are the locations of the
    answer.
    """
    spots = {place.pk: place for place in known_locations(run.connection).values()}
    for change in sorted(difference.changed, key=_zeroed_first):
        place = spots[change.location_id]
        name = f"available:{change.location_id}"
        moved = (name, change.before.available, change.after.available)
        numbers = {"before": change.before, "after": change.after}
        data = _data(place.external_id, place.name, change.variant_id, numbers)
        run.note(asked.skus[change.variant_id], outcome, message or place.name, moved, data)
    for (place_id, variant_id), numbers_there in difference.new:
        added = ("available", None, numbers_there.available)
        place_name = names.get(place_id, "")
        data = _data(place_id, place_name, variant_id, {"before": None, "after": numbers_there})
        run.note(asked.skus[variant_id], outcome, message or place_name, added, data)


def _zeroed_first(change: Change) -> tuple[bool, int]:
    before, after = change.before.available, change.after.available
    return not (before > 0 >= after), change.level_id


def _data(
    place: str, place_name: str, variant_id: int, numbers: Mapping[str, Numbers | None]
) -> dict[str, Any]:
    listed = {name: list(said) if said else None for name, said in numbers.items()}
    return {"place": place, "place_name": place_name, "variant": variant_id, **listed}


def make_locations(
    connection: Connection, names: Mapping[str, str], places: Mapping[str, Location]
) -> dict[str, Location]:
    """All these locations (their id: their name), the unknown ones made."""
    found = dict(places)
    for external_id, name in names.items():
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
        mark_confirmed(ids, run.started_at)


def _note_missing(run: Run, difference: Difference, asked: Asked) -> None:
    for variant_id in difference.gone.values():
        run.count(skipped=1)
        run.note(asked.skus[variant_id], "skipped", "Not in the answer; its last number stays.")
    for variant_id in sorted(difference.silent):
        run.count(skipped=1)
        run.note(asked.skus[variant_id], "skipped", "They give no number for it: 0 to sell.")


def finish_snapshot(run: Run, difference: Difference) -> None:
    """The complete answer is applied: mark what it did not say, and date every location by it.

    Together: a location that is newer than the numbers it did not say would end the holds of
    orders those numbers know nothing of.
    """
    with transaction.atomic():
        for ids in chunks(sorted(difference.gone)):
            mark_missing(ids, run.started_at)
        for ids in chunks(sorted(difference.doubted)):
            mark_rejected(ids, run.started_at)
        Location.objects.filter(connection=run.connection).update(as_of=run.started_at)
    close_alert(stale_fingerprint(run.connection.pk))


def stale_fingerprint(connection_id: int) -> str:
    """Of the alert that the numbers of a connection are too old."""
    return f"stale:{connection_id}"


def note_strangers(run: Run, answer: Answer) -> None:
    """Keep the list of SKUs nobody knows; what a complete answer no longer names leaves it."""
    if run.params.get("dry_run"):
        return
    now = timezone.now()
    source = UnmatchedSku.Source.STOCK
    note_unmatched(run.connection, source, answer.strangers, now)
    if not run.params.get("skus") and len(answer.strangers) < MOST_STRANGERS:
        forget_seen_before(run.connection, source, now)


def ask_to_publish(run: Run) -> None:
    """Our own store should show the new numbers."""
    tell_our_store(run.connection, run.record.trigger, run.record.user)


def tell_our_store(
    connection: Connection, trigger: str, user: AbstractBaseUser | None = None
) -> None:
    """Ask for a run of publish_stock; asked for while one runs, it runs once more."""
    own = own_store()
    if own is not None and own.pk != connection.pk:
        request_run(own, "publish_stock", trigger=trigger, user=user, again=True)
