"""What the pages of partners and stock show of orders: those apps may not import us."""

from collections import Counter
from collections.abc import Sequence

from django.db.models import Count, Q
from django.urls import reverse

from catalog.admin.facts import Fact, sources
from catalog.models import Partner
from inventory.admin.promised import namer
from orders.models import PartnerOrder, PartnerOrderLine

MOST = 12


def lines_waiting(partners: Sequence[Partner]) -> dict[int, int]:
    """Lines routed to each partner and not placed with it yet."""
    live = PartnerOrderLine.objects.filter(partner__in=partners, canceled_at=None).order_by()
    counted = live.values_list("partner").annotate(Count("pk"))
    # Each has an index of its own; either-or would read every line there ever was.
    in_none = counted.filter(partner_order=None)
    in_open = counted.filter(partner_order__status=PartnerOrder.Status.OPEN)
    found: Counter[int] = Counter()
    for rows in (in_none, in_open):
        found.update(dict(rows))
    return found


def waiting_at(partner: Partner) -> list[Fact]:
    """The partner's orders that are not placed, and the lines that are in none yet."""
    counted = Count("lines", filter=Q(lines__canceled_at=None))
    rows = PartnerOrder.objects.filter(partner=partner, status=PartnerOrder.Status.OPEN)
    facts = [
        Fact(row.reference, "lines in an order not placed yet", row.n, _page(row))
        for row in rows.annotate(n=counted).order_by("pk")[:MOST]
    ]
    alone = PartnerOrderLine.objects.filter(partner=partner, partner_order=None, canceled_at=None)
    if count := alone.count():
        facts.append(Fact("Lines not ready", "they wait to be paid or approved", count))
    return facts


def names_of(keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Which order each reservation is for: {key: (number, address)}."""
    parts = {int(key[5:]): key for key in keys if key.startswith("line:") and key[5:].isdecimal()}
    rows = PartnerOrderLine.objects.filter(pk__in=parts).select_related("order_line__order")
    orders = {row.pk: row.order_line.order for row in rows}
    return {
        parts[pk]: (order.number, reverse("admin:orders_order_change", args=[order.pk]))
        for pk, order in orders.items()
    }


def _page(row: PartnerOrder) -> str:
    return reverse("admin:orders_partnerorder_change", args=[row.pk])


sources.lines_waiting = lines_waiting
sources.waiting_at = waiting_at
namer.names_of = names_of
