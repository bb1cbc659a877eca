"""Which variant a customer's line is of, and which partner fulfills it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Listing, Partner, Variant
from catalog.skus import find_at
from integrations.models import Connection
from inventory.models import StockLevel
from orders.models import OrderLine


@dataclass(frozen=True)
class Route:
    """Where a line goes. Without a partner, `reason` says why."""

    partner: Partner | None
    variant: Variant | None
    cost: Decimal | None = None
    reason: str = ""


def identify(line: OrderLine, channel: Connection | None, channel_variant: str) -> Variant | None:
    """Our variant of a channel's line: by the channel's own id first, then by SKU.

    A SKU is never parsed to guess; two spellings that fit are no match, unless staff said what the
    channel means by it.
    """
    listing = None
    if channel and channel_variant:
        listing = (
            Listing.objects.filter(connection=channel, external_id=channel_variant)
            .exclude(variant=None)
            .select_related("variant")
            .first()
        )
    if listing:
        return listing.variant
    return find_at(line.order.connection_id, line.sku)[0] if line.sku else None


def choose_route(line: OrderLine) -> Route:
    """The partner whose live listing links the variant (rank, then stock); else our shelf."""
    variant = line.variant
    if variant is None:
        return Route(
            None,
            None,
            reason=find_at(line.order.connection_id, line.sku)[1] or "Press Route again.",
        )
    listing = _best_listing(variant)
    if listing:
        return Route(listing.connection.partner, variant, listing.cost, "Their listing is linked.")
    return Route(Partner.objects.get(code="us"), variant, reason="No partner lists it.")


def _best_listing(variant: Variant) -> Listing | None:
    """Of the partners that list it: the lowest rank, then the most stock by their last numbers."""
    here = StockLevel.objects.filter(
        variant=variant,
        location__connection=OuterRef("connection"),
        location__serves=True,
        location__archived_at=None,
    ).values("location__connection")
    stock = Subquery(here.annotate(units=Sum("available")).values("units"))
    live = Listing.objects.filter(
        variant=variant,
        connection__partner__archived_at=None,
        connection__partner__isnull=False,
        missing_since=None,
    ).exclude(connection__status=Connection.Status.ARCHIVED)
    ranked = live.annotate(stock=Coalesce(stock, 0)).select_related("connection__partner")
    return ranked.order_by("connection__partner__rank", "-stock", "pk").first()
