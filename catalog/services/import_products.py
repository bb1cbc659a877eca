"""Import a partner's products into our own store: claim in our rows, call, settle by SKU."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from catalog.models import Listing, Partner, Product
from catalog.services.own_store import own_store
from catalog.services.preview_import import (
    CannotImport,
    ImportPlan,
    ImportRow,
    Outcome,
    preview_import,
)
from catalog.services.settle_published import settle_published
from catalog.services.write_imported import full_product, write_imported
from integrations.errors import BadResponse, Rejected, Unconfirmed
from integrations.models import Connection, SyncRun
from integrations.services.run_requests import request_run
from integrations.services.runs import Run

__all__ = ["CannotImport", "import_products", "preview_import", "publish_products"]
FLOW = "publish_products"


def import_products(
    partner: Partner,
    listing_ids: Iterable[int],
    user: User | None,
    markup: Decimal | None = None,
    rounding: str | None = None,
    prices: Mapping[int, Decimal] | None = None,
) -> SyncRun:
    """Ask for the import of these listings as a run of our own store, and return the run.

    What it will do is what `preview_import` shows for the same arguments. Raises PermissionDenied,
    and CannotImport while there is no own store or another import is under way.
    """
    if user is not None and not user.has_perm("catalog.import_product"):
        raise PermissionDenied("You may not import products.")
    own = own_store()
    if own is None:
        raise CannotImport("Connect your own store first; the products are created there.")
    params = {
        "partner": partner.pk,
        "listing_ids": sorted(listing_ids),
        "markup": str(partner.markup if markup is None else markup),
        "rounding": rounding or partner.rounding,
        "prices": {str(pk): str(price) for pk, price in (prices or {}).items()},
    }
    trigger = SyncRun.Trigger.STAFF if user else SyncRun.Trigger.COMMAND
    run, is_new = request_run(own, FLOW, trigger=trigger, user=user, params=params)
    if not is_new and run.params != params:
        raise CannotImport(f"Another import is under way ({run}). Try again when it has ended.")
    return run


def publish_products(run: Run) -> None:
    """Create or update products in our store; a product that fails is noted, the others go on.

    With the parameters of `import_products` it does that import; without, it tells our store
    again whatever of the imported products differs from what it was last told.
    """
    partners = []
    for plan in _plans(run):
        _publish_plan(run, plan)
        if plan.written:
            partners.append(plan.partner)
    if partners and not run.params.get("dry_run"):
        _ask_for_stock(run, partners)


def _plans(run: Run) -> Iterator[ImportPlan]:
    params = run.params
    if "partner" in params:
        yield preview_import(
            Partner.objects.select_related("connection").get(pk=params["partner"]),
            params["listing_ids"],
            Decimal(params["markup"]),
            params["rounding"],
            {int(pk): Decimal(price) for pk, price in params["prices"].items()},
        )
        return
    partners = Partner.objects.filter(archived_at=None, connection__isnull=False)
    for partner in partners.select_related("connection"):
        yield _plan_of_imported(partner)


def _plan_of_imported(partner: Partner) -> ImportPlan:
    """All imported listings of a partner at the prices they have."""
    linked = Listing.objects.filter(
        connection=partner.connection, missing_since=None, variant__archived_at=None
    )
    rows = linked.filter(variant__price__isnull=False).values_list("pk", "variant__price")
    prices = {pk: price for pk, price in rows if price is not None}
    return preview_import(partner, prices, prices=prices)


def _publish_plan(run: Run, plan: ImportPlan) -> None:
    run.count(processed=len(plan.rows), unchanged=plan.counts["skip"])
    for row in plan.of(Outcome.CONFLICT):
        run.count(skipped=1)
        run.note(row.sku or str(row.listing), "skipped", row.reason)
    if run.params.get("dry_run"):
        for row in plan.rows:
            if row.is_written:
                _note(run, row, "skipped", f"Dry run: would {row.outcome} it.")
        return
    products: dict[int, list[ImportRow]] = {}
    for rows in plan.written.values():
        for pk, its_rows in write_imported(plan, rows).items():
            products.setdefault(pk, []).extend(its_rows)
    for pk, rows in products.items():
        run.beat()
        _publish_product(run, Product.objects.get(pk=pk), rows)


def _publish_product(run: Run, product: Product, rows: list[ImportRow]) -> None:
    """One call with no transaction open. A lost answer heals by running again: the handle is the
    key under which our store finds the product."""
    told, listings = full_product(product)
    try:
        answer = run.provider.publish_product(told)
    except (Rejected, Unconfirmed, BadResponse) as exc:
        run.count(failed=len(rows))
        for row in rows:
            _note(run, row, "rejected", str(exc))
        return
    absent = settle_published(run.connection, told, answer, listings, run.started_at)
    for row in rows:
        if row.sku in absent:
            run.count(failed=1)
            _note(run, row, "rejected", "Our store's answer does not hold this variant.")
        else:
            run.count(**{"created" if row.outcome == Outcome.CREATE else "updated": 1})
            _note(run, row, "applied", row.warning)


def _note(run: Run, row: ImportRow, outcome: str, message: str) -> None:
    run.note(row.sku, outcome, message, ("price", row.price_before, row.price))


def _ask_for_stock(run: Run, partners: list[Partner]) -> None:
    """New variants get their numbers soon, not at the next hour."""
    trigger, user = run.record.trigger, run.record.user
    for partner in partners:
        connection = partner.connection
        if connection and connection.status == Connection.Status.ACTIVE:
            request_run(connection, "stock", trigger=trigger, user=user, again=True)
    request_run(run.connection, "publish_stock", trigger=trigger, user=user, again=True)
