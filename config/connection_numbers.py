"""What the page of a connection shows from the tables of the apps above it."""

from django.db.models import Count, Q, Sum
from django.http import HttpRequest

from catalog.models import Listing
from config.setup_facts import address, page_of
from integrations.admin.connection_facts import Fact, add_facts
from integrations.admin.installs import count_products
from integrations.models import Connection
from orders.models import PartnerOrderLine


@add_facts
def listings(connection: Connection, request: HttpRequest) -> list[Fact]:
    """How many of its variants are ours too."""
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


@add_facts
def waiting_lines(connection: Connection, request: HttpRequest) -> list[Fact]:
    """What customers bought that is not placed with this partner yet, and its terms."""
    partner = getattr(connection, "partner", None)
    if partner is None:
        return []
    lines = PartnerOrderLine.objects.filter(partner=partner, canceled_at=None)
    waiting = lines.filter(Q(partner_order=None) | Q(partner_order__submitted_at=None))
    found = waiting.aggregate(n=Count("pk"), units=Sum("quantity"))
    terms = "confirmed" if partner.terms_confirmed_at else "not confirmed yet"
    tone = "" if partner.terms_confirmed_at else "warn"
    return [
        Fact("Waiting for them", found["n"], f"{found['units'] or 0} units"),
        Fact("Terms", partner.get_dispatch_display(), terms, page_of(partner), tone),
    ]
