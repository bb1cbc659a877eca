"""The orders list: facts of the page's rows in two queries, and its filters."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from catalog.models import Partner
from config.adminkit.changelist import KitChangeList, Rule
from orders.models import Order, OrderLine, PartnerOrderLine, Shipment

Status = Order.Status
TABS: list[tuple[str, str, Rule, str]] = [
    ("", "All", None, ""),
    ("work", "Needs work", ~Q(attention=""), "bad"),
    ("waiting", "Waiting", {"status": Status.CAPTURED}, ""),
    ("paid", "Paid, not placed", {"status": Status.PAID}, "warn"),
    (
        "partners",
        "With partners",
        {"status__in": [Status.EXPORTED, Status.RECEIVED, Status.PICKING, Status.PACKED]},
        "",
    ),
    ("shipped", "Shipped", {"status__in": [Status.PARTIALLY_SHIPPED, Status.SHIPPED]}, ""),
    ("delivered", "Delivered", {"status": Status.DELIVERED}, ""),
    ("canceled", "Canceled", {"status": Status.CANCELED}, ""),
]


@dataclass
class RowFacts:
    """What a list row shows beyond the order's own columns."""

    items: int = 0
    partners: list[str] = field(default_factory=list)
    tracking: list[Shipment] = field(default_factory=list)


class OrderChangeList(KitChangeList):
    """Knows items, partners and tracking of the rows of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's page, then two queries for all its rows together."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        facts = read_facts([order.pk for order in self.result_list])
        for order in self.result_list:
            order.row_facts = facts[order.pk]


def read_facts(ids: list[int]) -> dict[int, RowFacts]:
    """Items, partner names and customer parcels by order id."""
    facts: dict[int, RowFacts] = defaultdict(RowFacts)
    counted: set[int] = set()
    lines = OrderLine.objects.filter(order__in=ids).order_by("pk", "parts__pk")
    columns = ["order_id", "pk", "quantity", "parts__partner__name", "parts__canceled_at"]
    for order, line, quantity, partner, ended in lines.values_list(*columns):
        row = facts[order]
        row.items += 0 if line in counted else quantity
        counted.add(line)
        if partner and ended is None and partner not in row.partners:
            row.partners.append(partner)
    parcels = Shipment.objects.filter(order__in=ids).exclude(tracking_number="")
    for parcel in parcels.exclude(status=Shipment.Status.VOIDED).order_by("pk"):
        facts[parcel.order_id or 0].tracking.append(parcel)
    return facts


class FulfilledBy(admin.SimpleListFilter):
    """Orders with a part at this partner; an id lookup, so no row comes twice."""

    title, parameter_name = "fulfilled by", "partner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every partner, ours included."""
        return [(str(pk), name) for pk, name in Partner.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Orders with a live part there."""
        chosen = self.value() or ""
        if not chosen.isdigit():
            return queryset
        parts = PartnerOrderLine.objects.filter(partner=int(chosen), canceled_at=None)
        return queryset.filter(pk__in=parts.values("order_line__order"))


class Payment(admin.SimpleListFilter):
    """Paid or not."""

    title, parameter_name = "payment", "payment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Two words."""
        return [("paid", "Paid"), ("pending", "Pending")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """By whether a payment came."""
        if self.value() in ("paid", "pending"):
            return queryset.filter(paid_at__isnull=self.value() == "pending")
        return queryset
