"""Set our own store's stock to what we may sell: only what differs, compare-and-set."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from catalog.models import Listing
from integrations.errors import Rejected, Unconfirmed
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.runs import Run
from integrations.types import StockAnswer, StockToPublish
from inventory.availability import sellable_many

CHUNK = 250
TRIES = 3
KEYS = uuid.UUID("6f1b7a52-6a0d-4d54-9a0c-3f4f6a8f2f60")


@dataclass(frozen=True)
class Due:
    """A listing of our store that should show another number."""

    pk: int
    item_id: str
    variant_id: int
    sku: str
    shown: int | None


def publish_stock(run: Run) -> None:
    """Publish what differs from what we last published, 250 items a call.

    With the parameter `full` every listing is compared with what the store shows. What keeps
    moving while we write is left for the next run, and said so.
    """
    due = find_due(run)
    run.count(total=len(due))
    moving = 0
    for number, start in enumerate(range(0, len(due), CHUNK)):
        run.beat()
        chunk = {row.item_id: row for row in due[start : start + CHUNK]}
        moving += _publish_chunk(run, number, chunk)
    _flag(run, moving)


def _flag(run: Run, moving: int) -> None:
    """An alert while items cannot be set; it closes itself with the first run that sets all."""
    fingerprint = f"publish_stock:{run.connection.pk}"
    if not moving:
        close_alert(fingerprint)
        return
    title = f"{run.connection}: the stock of {moving} SKUs could not be set"
    advice = "Its numbers kept changing, or no answer came. The next run tries again; if this "
    advice += "stays, look for another app that sets stock in our store."
    raise_alert(fingerprint, "stock", title, advice, run.record)


def find_due(run: Run) -> list[Due]:
    """Listings whose sellable number is not the one we published; the others count unchanged."""
    listings = Listing.objects.filter(
        connection=run.connection, variant__isnull=False, missing_since=None
    ).exclude(external_item_id="")
    columns = ("pk", "external_item_id", "variant_id", "sku", "published_quantity")
    rows = [Due(*row) for row in listings.order_by("pk").values_list(*columns)]
    wanted = sellable_many(row.variant_id for row in rows)
    is_full = bool(run.params.get("full"))
    due = [row for row in rows if is_full or row.shown != wanted[row.variant_id]]
    run.count(processed=len(rows), unchanged=len(rows) - len(due))
    return due


def _publish_chunk(run: Run, number: int, left: dict[str, Due]) -> int:
    """Read, compute, set where the store still shows what was read; what moved is tried again.

    Returns how many could not be set.
    """
    why = ""
    for attempt in range(TRIES):
        shown = run.provider.read_stock(list(left))
        _drop_unknown(run, left, shown)
        items = _differing(run, left, shown)
        if items and run.params.get("dry_run"):
            _note(run, left, items, "skipped", "Dry run: nothing was written.")
            return 0
        if items:
            why = _write(run, left, items, f"{number}:{attempt}")
        if not left:
            return 0
    for row in left.values():
        run.count(skipped=1)
        run.note(row.sku, "skipped", f"{why} The next run tries again.")
    return len(left)


def _drop_unknown(run: Run, left: dict[str, Due], shown: Mapping[str, int]) -> None:
    for item_id in [item_id for item_id in left if item_id not in shown]:
        run.count(failed=1)
        run.note(left.pop(item_id).sku, "rejected", "Our store does not know this item.")


def _differing(
    run: Run, left: dict[str, Due], shown: Mapping[str, int]
) -> dict[str, StockToPublish]:
    """What must be set; what the store shows already is settled at once."""
    wanted = sellable_many(row.variant_id for row in left.values())
    items, settled = {}, []
    for item_id, row in list(left.items()):
        target = wanted[row.variant_id]
        if shown[item_id] == target:
            settled.append((left.pop(item_id), target))
        else:
            items[item_id] = StockToPublish(item_id, target, change_from=shown[item_id])
    run.count(unchanged=len(settled))
    if not run.params.get("dry_run"):
        _settle(settled)
    return items


def _write(run: Run, left: dict[str, Due], items: Mapping[str, StockToPublish], part: str) -> str:
    """One call. What took effect leaves `left`; returns why the rest did not.

    The key is made from the run and the part, so a repeat of the same call is harmless. After a
    lost answer the store is read again: what took effect shows there.
    """
    key = str(uuid.uuid5(KEYS, f"{run.record.pk}:{part}"))
    try:
        answers = run.provider.publish_stock(list(items.values()), str(run.record.pk), key)
    except Unconfirmed as exc:
        return str(exc)
    except Rejected as exc:  # the other parts of the list still go out
        for item_id in items:
            run.count(failed=1)
            run.note(left.pop(item_id).sku, "rejected", str(exc))
        return str(exc)
    written = [a for a in answers if a.written and a.item_id in items and a.item_id in left]
    _note(run, left, {a.item_id: items[a.item_id] for a in written}, "applied", "")
    run.count(updated=len(written))
    _settle([(left.pop(a.item_id), items[a.item_id].quantity) for a in written])
    for answer in answers:
        if not answer.written and answer.item_id in left and not is_stale(answer):
            run.count(failed=1)
            run.note(left.pop(answer.item_id).sku, "rejected", answer.error)
    return "Its number in our store kept changing while it was being set."


def is_stale(answer: StockAnswer) -> bool:
    """The store's number moved between reading and setting: read it again."""
    return answer.current is not None or "stale" in answer.error.lower()


def _note(
    run: Run,
    left: Mapping[str, Due],
    items: Mapping[str, StockToPublish],
    outcome: str,
    message: str,
) -> None:
    for item_id, item in items.items():
        moved = ("published", item.change_from, item.quantity)
        run.note(left[item_id].sku, outcome, message, moved)


def _settle(settled: list[tuple[Due, int]]) -> None:
    """Our store shows these numbers now."""
    now = timezone.now()
    rows = [
        Listing(pk=row.pk, published_quantity=quantity, published_at=now)
        for row, quantity in settled
    ]
    Listing.objects.bulk_update(rows, ["published_quantity", "published_at"], batch_size=CHUNK)
