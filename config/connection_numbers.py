"""What the page of a connection shows from the tables of the apps above it."""

from collections import Counter

from django.db.models import Count, Q, Sum
from django.http import HttpRequest

from catalog.admin.terms_words import how_often
from catalog.models import Listing, Partner
from config.setup_facts import address, page_of
from integrations.admin.connection_facts import Fact, add_facts, provider_of
from integrations.admin.connection_facts import count_waiting as counts_waiting
from integrations.admin.installs import count_products
from integrations.models import Connection
from integrations.providers.base import PublishesProducts, PullsProducts, PullsStock
from integrations.words import counted
from orders.models import PartnerOrder, PartnerOrderLine, Shipment
from orders.services.waiting import count_waiting

# A warehouse without a catalog is known by the SKUs its stock names.
WITH_VARIANTS = (PullsProducts, PublishesProducts, PullsStock)


@add_facts
def listings(connection: Connection, request: HttpRequest) -> list[Fact]:
    """How many of its variants are ours too; nothing where it has none."""
    cls = provider_of(connection)
    if cls is None or not issubclass(cls, WITH_VARIANTS):
        return []
    found = Listing.objects.filter(connection=connection, missing_since=None).aggregate(
        mapped=Count("pk", filter=Q(variant__isnull=False)),
        only_seen=Count("pk", filter=Q(variant__isnull=True)),
    )
    partner = getattr(connection, "partner", None)
    url = f"{address('partner_catalog')}?partner={partner.pk}" if partner else ""
    note = f"{found['only_seen']} seen, not linked"
    return [Fact("Variants linked", found["mapped"], note, url)]


@count_products
def count_listed(connection_ids: set[int]) -> dict[int, int]:
    """Products, not variants, that each of these stores has."""
    rows = Listing.objects.filter(connection__in=connection_ids, missing_since=None).order_by()
    counted = rows.values("connection").annotate(n=Count("external_product_id", distinct=True))
    return {row["connection"]: row["n"] for row in counted}


@counts_waiting
def orders_waiting(connection_ids: set[int]) -> dict[int, int]:
    """Customers' orders not placed or not confirmed, or whose parcel the store is not told."""
    publish = Shipment.Publish
    untold = [publish.PENDING, publish.PUBLISHING, publish.UNCONFIRMED]
    telling = Shipment.objects.filter(
        order__connection__in=connection_ids, publish_status__in=untold
    ).values_list("order__connection")
    found: Counter[int] = Counter(count_waiting(connection_ids))
    found.update(dict(telling.order_by().annotate(n=Count("order", distinct=True))))
    return dict(found)


def _where(partner: Partner) -> str:
    """The customers' orders with a line there that is not placed yet."""
    return f"{address('orders_order_changelist')}?partner={partner.pk}&status__in=captured,paid"


@add_facts
def waiting_lines(connection: Connection, request: HttpRequest) -> list[Fact]:
    """What customers bought that is not placed with this partner yet, and its terms."""
    partner = getattr(connection, "partner", None)
    if partner is None:
        return []
    lines = PartnerOrderLine.objects.filter(partner=partner, canceled_at=None)
    unplaced = PartnerOrder.objects.filter(partner=partner, submitted_at=None)
    alone = lines.filter(partner_order=None).order_by().values("pk")
    waiting = alone.union(lines.filter(partner_order__in=unplaced).order_by().values("pk"))
    rows = PartnerOrderLine.objects.filter(pk__in=waiting)
    found = rows.aggregate(n=Count("pk"), units=Sum("quantity"))
    terms = "terms confirmed" if partner.terms_confirmed_at else "terms not confirmed yet"
    tone = "" if partner.terms_confirmed_at else "warn"
    return [
        Fact("Waiting for them", found["n"], counted(found["units"] or 0, "unit"), _where(partner)),
        Fact("Orders", how_often(partner), terms, page_of(partner), tone),
    ]
