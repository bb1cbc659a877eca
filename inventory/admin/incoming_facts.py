"""Units on their way to us, as pages show them."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from catalog.admin.facts import Fact
from catalog.models import Variant
from inventory.incoming import Incoming, IncomingOrder, incoming_of


def incoming_facts(variants: Sequence[Variant]) -> dict[int, Fact]:
    """Units on their way to us, of those variants that have any."""
    found = incoming_of(variant.pk for variant in variants)
    return {pk: incoming_fact(incoming) for pk, incoming in found.items()}


def incoming_fact(incoming: Incoming) -> Fact:
    """The units, the next day, and the order when it is one."""
    on = f"next {incoming.next_on:%b %d, %Y}" if incoming.next_on else "no date yet"
    some, first = len(incoming.orders), incoming.orders[0]
    name = first.number if some == 1 else f"{some} purchase orders"
    url = reverse("admin:inventory_purchaseorder_change", args=[first.pk])
    return Fact(name, on, incoming.units, url if some == 1 else "")


def incoming_orders(variant: Variant) -> list[Fact]:
    """The same order by order, for its page: units, the supplier, the day."""
    incoming = incoming_of([variant.pk]).get(variant.pk)
    return [_order(one) for one in incoming.orders] if incoming else []


def _order(one: IncomingOrder) -> Fact:
    on = f"{one.expected_on:%b %d, %Y}" if one.expected_on else "no date yet"
    late = one.expected_on is not None and one.expected_on < timezone.localdate()
    note = " · ".join(filter(None, [one.supplier, f"{on}, overdue" if late else on]))
    url = reverse("admin:inventory_purchaseorder_change", args=[one.pk])
    return Fact(one.number, note, one.units, url)
