"""What a warehouse without a catalog holds of ours, learned from its stock.

Lines go to the partner whose live listing links their variant. A warehouse lists no products; that
it names one of our SKUs says that it can send it, and how it spells it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from catalog.models import Listing, Partner, Variant, normalize_sku
from catalog.services.own_store import has_catalog
from integrations.models import Connection
from integrations.providers.base import PushesOrders

CHUNK = 500
# Their SKU, our variant's pk.
Named = tuple[str, int]


def lists_by_stock(connection: Connection) -> bool:
    """Whether what it can send is learned from its stock alone."""
    return issubclass(connection.provider_class, PushesOrders) and not has_catalog(connection)


def list_named(connection: Connection, named: Iterable[Named], now: datetime) -> int:
    """A listing for each variant the system named for the first time; returns how many.

    A variant that is listed there keeps its listing; nobody said a price, so it has none.
    """
    pairs, made = list(named), 0
    for start in range(0, len(pairs), CHUNK):
        made += _list(connection, pairs[start : start + CHUNK], now)
    return made


def _list(connection: Connection, named: Sequence[Named], now: datetime) -> int:
    listed = Listing.objects.filter(connection=connection)
    ids = {pk for _, pk in named}
    taken = set(listed.filter(variant__in=ids).values_list("variant", flat=True))
    variants = Variant.objects.select_related("product").in_bulk(ids - taken)
    partner = Partner.objects.filter(connection=connection).first()
    rows = {
        pk: Listing(
            connection=connection,
            external_id=sku[:200],
            external_product_id=sku[:200],
            sku=sku[:255],
            sku_key=normalize_sku(sku)[:255],
            title=variants[pk].full_title[:255],
            currency=partner.currency if partner else variants[pk].currency,
            variant_id=pk,
            seen_at=now,
        )
        for sku, pk in named
        if pk in variants
    }
    Listing.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)


def mark_listings(
    connection: Connection, gone: Iterable[int], back: Iterable[int], now: datetime
) -> None:
    """Variants it no longer names are not routed to it; those it names again are."""
    listed = Listing.objects.filter(connection=connection)
    for ids in _chunks(gone):
        listed.filter(variant__in=ids, missing_since=None).update(missing_since=now)
    for ids in _chunks(back):
        listed.filter(variant__in=ids).exclude(missing_since=None).update(missing_since=None)


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    rows = sorted(set(ids))
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
