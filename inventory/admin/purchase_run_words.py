"""What a run of purchase orders says on its page: its orders by name, and what it came to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from catalog.admin.links import page_of
from catalog.models import UnmatchedSku
from integrations.admin.run_words import Named, Story, name_rows, tell_run
from integrations.models import ExternalRef, SyncChange, SyncRun
from inventory.models import PurchaseOrder

FLOW = "purchase_orders"
MOST_NAMED = 8


@name_rows
def names_of_orders(run: SyncRun, keys: Sequence[str], request: HttpRequest) -> Mapping[str, Named]:
    """Who the order is from, and its page, by number; of several with one number, their list."""
    if run.flow != FLOW:
        return {}
    rows = PurchaseOrder.objects.filter(connection=run.connection_id, number__in=keys)
    by_number: dict[str, list[PurchaseOrder]] = defaultdict(list)
    for row in rows:
        by_number[row.number].append(row)
    return {number: _name_of(found, request) for number, found in by_number.items()}


def _name_of(rows: Sequence[PurchaseOrder], request: HttpRequest) -> Named:
    if len(rows) == 1:
        return Named(_named(rows[0]), page_of(rows[0], request))
    query = urlencode({"view": "all", "q": rows[0].number})
    listing = f"{reverse('admin:inventory_purchaseorder_changelist')}?{query}"
    may_look = request.user.has_perm("inventory.view_purchaseorder")
    return Named(f"One of {len(rows)} purchase orders", listing if may_look else "")


def _named(row: PurchaseOrder) -> str:
    """It stands before the number; some ERPs name a supplier by a number too."""
    return f"From {row.supplier}" if row.supplier else "Purchase order"


@tell_run
def story_of_orders(run: SyncRun, request: HttpRequest) -> Story | None:
    """2 purchase orders new, 3 changed: which, and what waits for a person."""
    if run.flow != FLOW or run.status not in (run.Status.COMPLETED, run.Status.PARTIAL):
        return None
    if run.params.get("dry_run") or not run.processed:
        return None
    orders = _written(run)
    step, link = _next_step(run, request)
    return Story(
        _sentence(run),
        [Named(row.number, page_of(row, request)) for row in orders[:MOST_NAMED]],
        max(0, run.created + run.updated - len(orders[:MOST_NAMED])),
        next_step=step,
        next_link=link,
    )


def _written(run: SyncRun) -> Sequence[PurchaseOrder]:
    """The first orders this run wrote, as many as are named."""
    done = SyncChange.objects.filter(run=run, outcome=SyncChange.Outcome.APPLIED)
    refs = ExternalRef.objects.filter(
        connection=run.connection_id,
        kind=ExternalRef.Kind.PURCHASE_ORDER,
        external_id__in=done.annotate(order_id=KT("data__order")).values("order_id"),
    )
    ours = PurchaseOrder.objects.filter(pk__in=refs.values("object_id"))
    return list(ours.order_by("-pk")[:MOST_NAMED])


def _sentence(run: SyncRun) -> str:
    """How many of what was read differed."""
    if not run.created and not run.updated:
        return f"{_orders(run.processed)} read; none is new or changed"
    parts = [(run.created, "new"), (run.updated, "changed"), (run.failed, "not usable")]
    said = ", ".join(f"{count:,} {word}" for count, word in parts if count)
    return f"{_orders(run.processed)} read: {said}"


def _orders(count: int) -> str:
    return "1 purchase order" if count == 1 else f"{count:,} purchase orders"


def _next_step(run: SyncRun, request: HttpRequest) -> tuple[str, Named | None]:
    """SKUs nobody has: until they are settled their units are on their way to nothing."""
    listed = UnmatchedSku.objects.filter(
        connection=run.connection_id, source=UnmatchedSku.Source.PURCHASE
    )
    count = listed.count()
    if not count or not request.user.has_perm("catalog.view_variant"):
        return "", None
    some = "1 SKU of its orders is" if count == 1 else f"{count:,} SKUs of all its orders are"
    query = urlencode({"connection__in": str(run.connection_id), "view": "purchase"})
    url = f"{reverse('admin:catalog_unmatchedsku_changelist')}?{query}"
    whose = "its" if count == 1 else "their"
    return f"{some} no product of ours; {whose} incoming units are not counted.", Named(
        "Show them", url
    )
