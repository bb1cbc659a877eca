"""Endpoints of stock: the last numbers of every place, with their age."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from catalog.models import Variant, normalize_sku
from integrations.api.callers import callers
from integrations.api.paging import PageNumber, PageOut, PageSize, cut
from integrations.api.problems import Problem
from integrations.api.sync import refuse_unknown
from integrations.models import Connection
from inventory.availability import sellable_many
from inventory.freshness import reasons_behind, said_at
from inventory.models import StockLevel

router = Router(tags=["inventory"])
SCOPE = "inventory:read"


class PlaceOut(Schema):
    """The numbers of one place, as its system said them last."""

    connection: str = Field(description="Short name of the connection; empty: our own shelf")
    location: str = Field(description="Name of the place")
    on_hand: int | None = Field(description="Units there, if they say")
    allocated: int | None = Field(description="Units they hold for orders, if they say")
    available: int = Field(description="Units that can be ordered there")
    in_transit: int | None = Field(description="Units on their way there, if they say")
    as_of: datetime | None = Field(description="When that was so, UTC")
    stale: bool = Field(description="It may not be so any more: `warning` says why")


class StockOut(Schema):
    """What can be sold of one SKU, and where it is."""

    sku: str = Field(description="Our SKU")
    title: str = Field(description="Product and variant")
    sellable: int = Field(description="Units we may sell now")
    locations: list[PlaceOut] = Field(description="Every place that has a number for it")


class Freshness(Schema):
    """Whether the answer is fresh; the last numbers are served in any case."""

    source: Literal["live", "stale_cache"] = Field(description="stale_cache: a number is too old")
    as_of: datetime | None = Field(description="The oldest number in the answer, UTC")
    warning: str = Field(description="Which systems are behind, and why; empty when none is")


class InventoryOut(PageOut, Freshness):
    """A page of stock, by SKU."""

    items: list[StockOut] = Field(description="The SKUs of this page")


class OneStockOut(Freshness):
    """The stock of one SKU."""

    item: StockOut = Field(description="The SKU")


@router.get(
    "",
    auth=callers(SCOPE),
    response=InventoryOut,
    operation_id="list_inventory",
    summary="Stock",
    description="The last numbers of all SKUs, or of those named. When a system does not answer, "
    "`source` is stale_cache and `warning` says which; the numbers are the last it said.",
    openapi_extra={"x-scope": SCOPE},
)
def list_inventory(
    request: HttpRequest,
    sku: Annotated[
        list[str], Query(max_length=200, description="Only these, in any capitals")
    ] = [],  # noqa: B006 - never changed
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> InventoryOut:
    """Stock, a page at a time."""
    refuse_unknown(request, "sku", "page", "page_size")
    found = Variant.objects.filter(archived_at=None).select_related("product").order_by("sku")
    if sku:
        found = found.filter(sku_key__in=[normalize_sku(one)[:100] for one in sku])
    variants, total = cut(found, page, page_size)
    items, fresh = _stock_of(variants, timezone.now())
    return InventoryOut(page=page, page_size=page_size, total=total, items=items, **fresh)


@router.get(
    "/{sku}",
    auth=callers(SCOPE),
    response=OneStockOut,
    operation_id="read_inventory",
    summary="Stock of one SKU",
    description="The last numbers of this SKU, from every place.",
    openapi_extra={"x-scope": SCOPE},
)
def read_inventory(
    request: HttpRequest, sku: Annotated[str, Path(max_length=255, description="Our SKU")]
) -> OneStockOut:
    """Stock of one SKU."""
    refuse_unknown(request)
    rows = Variant.objects.filter(archived_at=None).select_related("product")
    variant = rows.filter(sku=sku).first() or _alone(rows.filter(sku_key=normalize_sku(sku)[:100]))
    if variant is None:
        raise Problem(404, "not_found", f"No product variant found for SKU {sku}.")
    (item,), fresh = _stock_of([variant], timezone.now())
    return OneStockOut(item=item, **fresh)


def _alone(rows: Iterable[Variant]) -> Variant | None:
    found = list(rows)
    return found[0] if len(found) == 1 else None


def _stock_of(variants: Sequence[Variant], now: datetime) -> tuple[list[StockOut], dict[str, Any]]:
    """The items, and how fresh they are: four queries, however many."""
    ids = [one.pk for one in variants]
    gone = Q(location__connection__status=Connection.Status.ARCHIVED)
    levels = StockLevel.objects.filter(variant__in=ids, location__archived_at=None).exclude(gone)
    by_variant: dict[int, list[StockLevel]] = defaultdict(list)
    for level in levels.select_related("location__connection").order_by("location__name", "pk"):
        by_variant[level.variant_id].append(level)
    every = [level for some in by_variant.values() for level in some]
    behind = reasons_behind(every, now)
    units = sellable_many(ids, now)
    items = [
        StockOut(
            sku=one.sku,
            title=one.full_title,
            sellable=units[one.pk],
            locations=[_place(level, behind) for level in by_variant[one.pk]],
        )
        for one in variants
    ]
    ages = [said_at(level) for level in every if level.location.connection_id]
    fresh = {
        "source": "stale_cache" if behind else "live",
        "as_of": min(filter(None, ages), default=None),
        "warning": " ".join(dict.fromkeys(behind.values())),
    }
    return items, fresh


def _place(level: StockLevel, behind: Mapping[int, str]) -> PlaceOut:
    connection = level.location.connection
    return PlaceOut(
        connection=connection.slug if connection else "",
        location=level.location.name,
        on_hand=level.on_hand,
        allocated=level.allocated,
        available=level.available,
        in_transit=level.in_transit,
        as_of=said_at(level) if connection else None,
        stale=level.pk in behind,
    )
