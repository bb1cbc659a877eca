"""Purchase orders of an ERP: streamed, compared with what we have, written where they differ."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog.services.listing_facts import Refused
from catalog.services.pacing import with_beats
from integrations.errors import ProviderError
from integrations.models import ExternalRef, FlowSchedule
from integrations.models.base import locked
from integrations.prefetch import ahead
from integrations.services.runs import Held, LeaseLost, Run
from integrations.types import PurchaseOrderQuery, RemotePurchaseOrder
from inventory.models import PurchaseOrder
from inventory.models.purchase_orders import OPEN_STATUSES
from inventory.services.compare_purchase_orders import (
    KIND,
    Difference,
    OrderChange,
    compare,
    pick_differing,
)
from inventory.services.purchase_facts import OrderFacts, facts_of
from inventory.services.purchase_query import MARK, is_narrowed, query_of
from inventory.services.settle_purchase_skus import settle_purchase_skus
from inventory.services.write_purchase_orders import write_changes

log = logging.getLogger(__name__)

CHUNK, MOST_LINES = 500, 10_000
MOST_NOTES = 100
TWICE = "Twice in the answer; the last word counts."


@dataclass
class Import:
    """One run: what was seen so far (their id: when it was changed), and SKUs nobody has."""

    run: Run
    seen: dict[str, datetime | None] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)

    @property
    def is_dry(self) -> bool:
        return bool(self.run.params.get("dry_run"))


def import_purchase_orders(run: Run) -> None:
    """One run of a connection; what it asks for is said by `query_of`.

    What was read before a failure is kept, and the next run begins where the last complete one
    began. Raises Held where everything was asked for and nothing came, and ProviderError.
    """
    work = Import(run)
    query = query_of(run.params, run.watermark)
    with closing(ahead(run.provider.pull_purchase_orders(query))) as orders:
        for chunk in _chunks(_readable(work, with_beats(orders, run))):
            _take_chunk(work, chunk)
    if query == PurchaseOrderQuery():
        _look_at_missing(work)
    if work.is_dry:
        return
    run.beat()
    settle_purchase_skus(run.connection, work.strangers, run.started_at)
    if not is_narrowed(run.params) and not run.record.failed:
        run.watermark[MARK] = run.started_at.isoformat()


def _readable(work: Import, orders: Iterable[RemotePurchaseOrder]) -> Iterator[OrderFacts]:
    """The orders that can be used; another one is noted, and keeps its last good state."""
    for remote in orders:
        work.run.count(processed=1)
        try:
            facts = facts_of(remote)
        except Refused as exc:
            work.run.count(failed=1)
            work.run.note(remote.number or remote.external_id, "rejected", str(exc))
            work.seen.setdefault(remote.external_id, None)
        else:
            yield facts


def _chunks(orders: Iterator[OrderFacts]) -> Iterator[list[OrderFacts]]:
    """Some hundred orders at a time; fewer where they are long. What was read before the answer
    broke off comes too, and then the error."""
    chunk: list[OrderFacts] = []
    lines = 0
    try:
        for facts in orders:
            chunk.append(facts)
            lines += len(facts.lines)
            if len(chunk) >= CHUNK or lines >= MOST_LINES:
                yield chunk
                chunk, lines = [], 0
    except ProviderError:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _take_chunk(work: Import, chunk: list[OrderFacts]) -> None:
    """Compare by digest, then write what differs, if anything does."""
    run = work.run
    run.beat()
    words = _last_words(work, chunk)
    run.flush()
    differ = pick_differing(run.connection, words)
    found = Difference()
    if differ and work.is_dry:
        found = compare(run.connection, differ, run.started_at)
        _note_changes(work, found.changes)
    elif differ:
        found = _write(work, differ)
    _note_strangers(work, found)
    created = sum(change.is_new for change in found.changes)
    updated = len(found.changes) - created
    run.count(created=created, updated=updated, unchanged=len(words) - len(found.changes))


def _write(work: Import, differ: list[OrderFacts]) -> Difference:
    """One short transaction: the orders together with the notes of what changed."""
    run = work.run
    with transaction.atomic():
        _hold_lease(run)
        found = compare(run.connection, differ, run.started_at)
        write_changes(run.connection, found.changes, run.started_at)
        _note_changes(work, found.changes)
        run.flush()
    return found


def _hold_lease(run: Run) -> None:
    """Nobody can take the flow over until this transaction ends, so nobody writes beside it."""
    mine = FlowSchedule.objects.filter(run.schedule.mine(), pk=run.schedule.pk)
    if not list(locked(mine).values_list("pk")):
        raise LeaseLost


def _last_words(work: Import, chunk: list[OrderFacts]) -> list[OrderFacts]:
    """Each order once. What changed while pages were turned comes twice: the later word counts,
    but never one that says it is older."""
    words: dict[str, OrderFacts] = {}
    for facts in chunk:
        name, before = facts.external_id, work.seen.get(facts.external_id)
        is_older = before and facts.updated_at and facts.updated_at < before
        if name in words or is_older:
            work.run.count(skipped=1)
            work.run.note(facts.number, "skipped", TWICE)
        if not is_older:
            words[name] = _after(words.get(name), facts)
            work.seen[name] = facts.updated_at or before
    return list(words.values())


def _after(earlier: OrderFacts | None, facts: OrderFacts) -> OrderFacts:
    """A word whose status we do not know keeps that of the word before it."""
    if earlier is None or facts.columns["status"] is not None:
        return facts
    status = earlier.columns["status"] or earlier.earlier_status
    return replace(facts, earlier_status=status)


def _note_changes(work: Import, changes: Iterable[OrderChange]) -> None:
    for change in changes:
        for name, before, after, about in _notes_of(change):
            message = "Dry run: nothing was written." if work.is_dry else about
            outcome = "skipped" if work.is_dry else "applied"
            moved = (name, before, after)
            work.run.note(change.facts.number, outcome, message, moved, whose(change.facts))
        for remark in change.remarks:
            work.run.count(skipped=1)
            work.run.note(change.facts.number, "skipped", remark, data=whose(change.facts))


def whose(facts: OrderFacts) -> dict[str, Any]:
    """Which order a note is about: numbers are the ERP's own business, and may come twice."""
    return {"order": facts.external_id}


def _notes_of(change: OrderChange) -> list[Any]:
    nothing_shown = ("", None, None, "Only what is kept as they said it changed.")
    return change.notes or [nothing_shown]


def _note_strangers(work: Import, difference: Difference) -> None:
    """Lines whose SKU no variant has keep it. All are counted; each SKU is named once, the first
    hundred of them."""
    for number, sku, reason in difference.strangers:
        work.run.count(skipped=1)
        if sku not in work.strangers and len(work.strangers) < MOST_NOTES:
            log.info("%s, purchase order %s: %s", work.run.connection.slug, number, reason)
            work.run.note(sku, "skipped", f"{reason} First in purchase order {number}.")
        work.strangers.add(sku)


def _look_at_missing(work: Import) -> None:
    """Everything was asked for: say which open orders were not named. They stay as they are."""
    run = work.run
    ours = PurchaseOrder.objects.filter(connection=run.connection)
    if not work.seen and (count := ours.count()):
        raise Held(
            "empty",
            f"The answer holds no purchase order, {count} are known here. Nothing was changed; "
            "look there before you run it again.",
        )
    open_ones = ours.filter(status__in=OPEN_STATUSES).values("pk")
    refs = ExternalRef.objects.filter(connection=run.connection, kind=KIND, object_id__in=open_ones)
    gone = {
        pk for name, pk in refs.values_list("external_id", "object_id") if name not in work.seen
    }
    for number in ours.filter(pk__in=gone).order_by("pk").values_list("number", flat=True):
        run.count(skipped=1)
        run.note(number, "skipped", "Not in the answer; it stays as it was.")
