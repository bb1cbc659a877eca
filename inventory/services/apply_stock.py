"""Stock of a connection: pull, compare, brake, write what differs, tell our store."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from catalog.models import UnmatchedSku, Variant
from catalog.services.own_store import own_store
from catalog.services.unmatched import forget_seen_before, note_unmatched
from catalog.skus import no_match
from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.models.connection import StalePolicy
from integrations.services.alerts import close_alert
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, Run
from inventory.brake import Snapshot, find_fault, limits_of
from inventory.models import Location
from inventory.services.compare_stock import compare
from inventory.services.list_named import follow_named
from inventory.services.match_stock import Asked, what_to_ask
from inventory.services.read_stock import Answer, read_stock
from inventory.services.stage import Stage
from inventory.services.stage_matches import MOST_STRANGERS
from inventory.services.stock_difference import Difference, differences
from inventory.services.write_levels import (
    CHUNK,
    Numbers,
    Stamp,
    chunks,
    mark_confirmed,
    mark_missing,
    mark_rejected,
)
from inventory.services.write_staged import insert_staged, place_new_locations, update_staged


def sync_stock(run: Run) -> None:
    """One stock run of a connection.

    Raises Held with the differences noted when the answer looks wrong, and ProviderError when it
    cannot be had; the last numbers stay in both cases.
    """
    asked = what_to_ask(run)
    for sku in asked.unknown:
        run.count(skipped=1)
        run.note(sku, "skipped", no_match(sku))
    if not asked.items:
        return
    with Stage() as stage:
        _sync(run, asked, stage)


def _sync(run: Run, asked: Asked, stage: Stage) -> None:
    places = known_locations(run.connection)
    try:
        answer = read_stock(run, asked, stage, {name: row.pk for name, row in places.items()})
    except ProviderError:
        if run.connection.stale_policy == StalePolicy.ZERO:
            ask_to_publish(run)
        raise
    difference = compare(run, stage, asked, answer, places)
    note_strangers(run, answer)
    _brake(run, stage, asked, answer, difference)
    run.count(created=difference.new, updated=difference.changed, unchanged=difference.unchanged)
    if run.params.get("dry_run"):
        note_differences(run, stage, answer, "skipped", "Dry run: nothing was written.")
        return
    apply_stock(run, stage, answer, difference, places)
    _note_missing(run, difference)
    is_complete = not run.params.get("skus")
    follow_named(run, stage, difference, is_complete=is_complete)
    if is_complete:
        finish_snapshot(run, difference)
    ask_to_publish(run)


def known_locations(connection: Connection) -> dict[str, Location]:
    """The locations of a connection by their id."""
    return {row.external_id: row for row in Location.objects.filter(connection=connection)}


def _brake(run: Run, stage: Stage, asked: Asked, answer: Answer, difference: Difference) -> None:
    # A system without a catalog is asked for all our SKUs, of which it may know a few.
    fault = find_fault(
        Snapshot(
            asked=len(asked.items) if asked.has_catalog else difference.known,
            rows=answer.rows - answer.unmatched,
            rejected=answer.rejected,
            known=difference.known,
            missing=len(difference.gone),
            units=difference.units,
            in_stock=difference.in_stock,
            moves=difference.moves,
        ),
        limits_of(run.connection),
    )
    if fault is None:
        return
    code, sentence = fault
    note_differences(run, stage, answer, "held", "")
    _note_missing(run, difference)
    run.flush()
    look = "look at the differences" if answer.rows else "there is nothing to compare"
    raise Held(code, f"{sentence} No number was changed; {look}.")


def note_differences(run: Run, stage: Stage, answer: Answer, outcome: str, message: str) -> None:
    """One row per level that would change, what would go to zero first.

    `field` names the location's pk, `data` what a release needs.
    """
    known = {place.pk: place for place in known_locations(run.connection).values()}
    names = answer.names
    for sku, number, variant_id, before, after in differences(stage):
        place_id = names[number]
        name = known[number].name if number in known else answer.locations.get(place_id, "")
        field = f"available:{number}" if before else "available"
        moved = (field, before.available if before else None, after.available)
        data = _data(place_id, name, variant_id, {"before": before, "after": after})
        run.note(sku, outcome, message or name, moved, data)


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


def apply_stock(
    run: Run, stage: Stage, answer: Answer, difference: Difference, places: Mapping[str, Location]
) -> None:
    """Write the staged differences in short transactions, each with its ledger rows.

    Before each of them the run shows it is alive, and stops if another worker took over.
    """
    stamp = Stamp(run.record.pk, run.started_at)
    if difference.new:
        made = make_locations(run.connection, _places_of_new(stage, answer), places)
        numbers = {
            answer.numbers[name]: row.pk for name, row in made.items() if name in answer.numbers
        }
        place_new_locations(stage, {n: pk for n, pk in numbers.items() if n != pk})
        for span in stage.spans("n", "new", CHUNK):
            run.beat()
            insert_staged(stage, span, stamp)
    if difference.changed:
        for span in stage.spans("level_id", "changed", CHUNK):
            run.beat()
            update_staged(stage, span, stamp)
    for ids in chunks(sorted(difference.back)):
        mark_confirmed(ids, run.started_at)


def _places_of_new(stage: Stage, answer: Answer) -> dict[str, str]:
    """The locations that get a level for the first time; an unmatched SKU makes none."""
    numbers = stage.all("SELECT DISTINCT place FROM stock_diff WHERE state = 'new'")
    names = answer.names
    ids = [names[number] for (number,) in numbers]
    return {external_id: answer.locations[external_id] for external_id in ids}


def _note_missing(run: Run, difference: Difference) -> None:
    variants = {*difference.gone.values(), *difference.silent}
    skus = dict(Variant.objects.filter(pk__in=variants).values_list("pk", "sku"))
    for variant_id in difference.gone.values():
        run.count(skipped=1)
        run.note(skus[variant_id], "skipped", "Not in the answer; its last number stays.")
    for variant_id in difference.silent:
        run.count(skipped=1)
        run.note(skus[variant_id], "skipped", "They give no number for it: 0 to sell.")


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
