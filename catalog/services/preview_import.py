"""What an import would write, row by row, before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from catalog.models import Listing, Partner, Product, Variant
from catalog.money import places_of, round_money
from catalog.pricing import margin, our_price
from catalog.services.new_products import describe, lead_of, new_variant, publish_digest
from catalog.services.own_store import own_currency, own_store
from catalog.services.partners import our_sku
from integrations.models import Connection


class CannotImport(Exception):
    """Nothing can be imported now; the sentence says what to do first."""


class Outcome(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class ImportRow:
    """One listing and what an import would do with it.

    `cost`, `price` and `price_before` are in the currency of the plan; `margin` is a fraction of
    the price. `reason` is a sentence for conflicts and skips; `warning` does not stop the import.
    """

    listing: Listing
    sku: str
    cost: Decimal | None
    price: Decimal | None
    margin: Decimal | None
    outcome: Outcome
    reason: str = ""
    warning: str = ""
    price_before: Decimal | None = None
    variant: Variant | None = None

    @property
    def is_written(self) -> bool:
        return self.outcome in (Outcome.CREATE, Outcome.UPDATE)


@dataclass(frozen=True)
class ImportPlan:
    """All rows of one import, in the order of product and variant."""

    partner: Partner
    markup: Decimal
    rounding: str
    currency: str
    rows: tuple[ImportRow, ...] = ()

    def of(self, outcome: str) -> list[ImportRow]:
        """The rows with this outcome: create, update, skip or conflict."""
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def counts(self) -> dict[str, int]:
        return {str(outcome): len(self.of(outcome)) for outcome in Outcome}

    @property
    def written(self) -> dict[str, list[ImportRow]]:
        """What would be written, by the partner's product id."""
        products: dict[str, list[ImportRow]] = defaultdict(list)
        for row in self.rows:
            if row.is_written:
                products[row.listing.external_product_id].append(row)
        return dict(products)


@dataclass
class _Ground:
    """Everything a row is judged by, read once for the whole plan."""

    partner: Partner
    connection: Connection
    currency: str
    leads: dict[str, Listing]
    repeated: set[str] = field(default_factory=set)
    variants: dict[str, Variant] = field(default_factory=dict)
    held_by: dict[int, Listing] = field(default_factory=dict)
    published: dict[int, str] = field(default_factory=dict)


def preview_import(
    partner: Partner,
    listing_ids: Iterable[int],
    markup: Decimal | None = None,
    rounding: str | None = None,
    prices: Mapping[int, Decimal] | None = None,
) -> ImportPlan:
    """Plan the import of these listings. Writes nothing; a fixed number of queries.

    `markup` (a fraction) and `rounding` default to the partner's; `prices` sets ours by listing
    id. Raises CannotImport while there is no own store or the partner has no store.
    """
    own = own_store()
    if own is None:
        raise CannotImport("Connect your own store first; the products are created there.")
    if partner.connection is None:
        raise CannotImport(f"{partner} has no connected store to import from.")
    chosen = Listing.objects.filter(connection=partner.connection, pk__in=list(listing_ids))
    listings = list(
        chosen.select_related("variant__product").order_by("title", "external_product_id", "pk")
    )
    ground = _look_around(partner, own, listings)
    markup = partner.markup if markup is None else markup
    rounding = rounding or partner.rounding
    rows = []
    for listing in listings:
        override = (prices or {}).get(listing.pk)
        rows.append(_judge(ground, listing, _price(ground, listing, markup, rounding, override)))
    return ImportPlan(partner, markup, rounding, ground.currency, tuple(rows))


def _price(
    ground: _Ground, listing: Listing, markup: Decimal, rounding: str, override: Decimal | None
) -> Decimal | None:
    if override is not None:
        return round_money(override, places_of(ground.currency))
    if listing.price is None or listing.price <= 0:
        return None
    return our_price(listing.price, markup, rounding, places_of(ground.currency))


def _look_around(partner: Partner, own: Connection, listings: Sequence[Listing]) -> _Ground:
    connection = partner.connection
    assert connection is not None
    theirs = Listing.objects.filter(connection=connection)
    product_ids = {row.external_product_id for row in listings}
    siblings: dict[str, list[Listing]] = defaultdict(list)
    for row in theirs.filter(external_product_id__in=product_ids):
        siblings[row.external_product_id].append(row)
    leads = {product_id: lead_of(rows) for product_id, rows in siblings.items()}
    ground = _Ground(partner, connection, own_currency(), leads)
    _find_repeated(ground, [row.sku_key for row in listings])
    _find_ours(ground, own, listings)
    return ground


def _find_repeated(ground: _Ground, keys: Sequence[str]) -> None:
    live = Listing.objects.filter(connection=ground.connection, missing_since=None)
    found: set[str] = set()
    live = live.exclude(remote_status="archived").filter(sku_key__in=set(keys))
    for key in live.values_list("sku_key", flat=True):
        (ground.repeated if key in found else found).add(key)


def _find_ours(ground: _Ground, own: Connection, listings: Sequence[Listing]) -> None:
    """Variants that carry our SKUs already, who links them, and what our store was last told."""
    skus = [sku for row in listings if (sku := _sku_or_none(ground.partner, row))]
    for variant in Variant.objects.filter(sku__in=skus).select_related("product"):
        ground.variants[variant.sku] = variant
    ids = {v.pk for v in ground.variants.values()}
    ids |= {row.variant_id for row in listings if row.variant_id}
    linked = Listing.objects.filter(variant__in=ids)
    for row in linked.filter(connection__in=[ground.connection, own]):
        assert row.variant_id is not None
        if row.connection_id == own.pk:
            ground.published[row.variant_id] = row.digest
        else:
            ground.held_by[row.variant_id] = row


def _sku_or_none(partner: Partner, listing: Listing) -> str:
    try:
        return our_sku(partner, listing.sku)
    except ValueError:
        return ""


def _judge(ground: _Ground, listing: Listing, price: Decimal | None) -> ImportRow:
    try:
        sku = our_sku(ground.partner, listing.sku)
    except ValueError as exc:
        return _row(listing, listing.sku, price, Outcome.CONFLICT, str(exc))
    variant = listing.variant or ground.variants.get(sku)
    sku = listing.variant.sku if listing.variant else sku
    reason = _conflict(ground, listing, variant, price)
    if reason or price is None:
        return _row(listing, sku, price, Outcome.CONFLICT, reason)
    outcome, reason = _difference(ground, listing, variant, sku, price)
    row_margin = margin(price, listing.cost or Decimal(0))
    warning = _warn(ground.partner, row_margin)
    return _row(listing, sku, price, outcome, reason, warning, row_margin, variant)


def _row(
    listing: Listing,
    sku: str,
    price: Decimal | None,
    outcome: Outcome,
    reason: str = "",
    warning: str = "",
    row_margin: Decimal | None = None,
    variant: Variant | None = None,
) -> ImportRow:
    return ImportRow(
        listing=listing,
        sku=sku,
        cost=listing.cost,
        price=price,
        margin=row_margin,
        outcome=outcome,
        reason=reason,
        warning=warning,
        price_before=variant.price if variant else None,
        variant=variant,
    )


def _conflict(
    ground: _Ground, listing: Listing, variant: Variant | None, price: Decimal | None
) -> str:
    """Why this listing cannot be imported, or an empty string."""
    if listing.missing_since:
        return "The partner's store no longer has it."
    if listing.remote_status in ("archived", "draft"):
        return f"At the partner it is {listing.remote_status}, so it is not for sale there."
    if listing.currency != ground.currency:
        return f"Its price is in {listing.currency}, our store sells in {ground.currency}."
    if listing.price is None or listing.price <= 0:
        return "It has no price at the partner."
    if price is None or price <= 0:
        return "Our price must be above zero."
    if price < listing.price:
        return f"Our price {price:.2f} is below theirs, {listing.price:.2f}."
    if listing.sku_key in ground.repeated:
        return f"The partner has SKU {listing.sku} more than once."
    if variant and not listing.variant_id and not _may_take_over(ground, variant):
        return f"Our SKU {variant.sku} belongs to another variant already."
    return ""


def _may_take_over(ground: _Ground, variant: Variant) -> bool:
    """A listing made anew at the partner takes the place of the one that disappeared."""
    holder = ground.held_by.get(variant.pk)
    is_theirs = variant.product.source_partner_id == ground.partner.pk
    return is_theirs and (holder is None or holder.missing_since is not None)


def _difference(
    ground: _Ground, listing: Listing, variant: Variant | None, sku: str, price: Decimal
) -> tuple[Outcome, str]:
    if variant is None:
        return Outcome.CREATE, ""
    if listing.variant_id is None:
        return Outcome.UPDATE, "It takes the place of a listing the partner removed."
    lead = ground.leads[listing.external_product_id]
    product: Product = variant.product
    wanted = publish_digest(describe(lead, product.handle), new_variant(listing, sku, price))
    if variant.pk not in ground.published:
        return Outcome.UPDATE, "Our store does not have it yet."
    if ground.published[variant.pk] != wanted or variant.price != price:
        return Outcome.UPDATE, ""
    return Outcome.SKIP, "Already imported, and nothing differs."


def _warn(partner: Partner, row_margin: Decimal) -> str:
    if row_margin >= partner.min_margin:
        return ""
    return f"The margin is {row_margin:.1%}, under the least of {partner.min_margin:.0%}."
