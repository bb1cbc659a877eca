"""The orders list: facts of the page's rows in a few queries, and its filters."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone

from catalog.models import Partner
from config.adminkit.changelist import KitChangeList, Rule
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice, NumberRange, Several, rule_filter
from integrations.models import Connection
from orders.admin.order_words import PAYMENTS, WAITS_FOR_PARTNER
from orders.models import Order, OrderLine, PartnerOrderLine, Shipment
from orders.services.ready import ready_to_ship
from orders.services.waiting import needs_work, waiting_orders, waits_of

Status = Order.Status
WITH_PARTNERS = [Status.EXPORTED, Status.RECEIVED, Status.PICKING, Status.PACKED]
TABS: list[tuple[str, str, Rule, str]] = [
    ("", "All", None, ""),
    ("work", "Needs work", needs_work, "bad"),
    ("waiting", "Waiting", {"status": Status.CAPTURED}, ""),
    ("paid", "Queued", {"status": Status.PAID}, "warn"),
    ("partners", "With partner", {"status__in": WITH_PARTNERS}, ""),
    ("ready", "Ready to ship", lambda: Q(pk__in=ready_to_ship().values("pk")), "warn"),
    ("shipped", "Shipped", {"status__in": [Status.PARTIALLY_SHIPPED, Status.SHIPPED]}, ""),
    ("delivered", "Delivered", {"status": Status.DELIVERED}, ""),
    ("canceled", "Canceled", {"status": Status.CANCELED}, ""),
]
EMPTY = Empty(
    "No orders yet",
    "They appear a few seconds after a customer buys.",
    "See the connection",
    reverse_lazy("admin:integrations_connection_changelist"),
    "integrations.view_connection",
    "order",
)


@dataclass
class RowFacts:
    """What a list row shows beyond the order's own columns."""

    items: int = 0
    partners: list[str] = field(default_factory=list)
    tracking: list[Shipment] = field(default_factory=list)
    waits_for: Connection | None = None


class OrderChangeList(KitChangeList):
    """Knows items, partners, tracking and what they wait for of the rows of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's page, then a few queries for all its rows together."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        facts = read_facts([order.pk for order in self.result_list])
        for order in self.result_list:
            order.row_facts = facts[order.pk]


def read_facts(ids: list[int]) -> dict[int, RowFacts]:
    """Items, partner names, customer parcels and whose system it waits for, by order id."""
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
    for order, connection in waits_of(ids).items():
        facts[order].waits_for = connection
    return facts


class FulfilledBy(Several, admin.SimpleListFilter):
    """Orders with a part at one of these partners; an id lookup, so no row comes twice."""

    title, parameter_name = "fulfilled by", "partner"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.parameter = self.parameter_name
        self.options = [(str(value), str(label)) for value, label in self.lookup_choices]
        self.chosen = [one for one in (self.value() or "").split(",") if one.isdecimal()]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every partner, ours included."""
        return [(str(pk), name) for pk, name in Partner.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Orders with a live part there."""
        if not self.chosen:
            return queryset
        parts = PartnerOrderLine.objects.filter(
            partner__in=[int(pk) for pk in self.chosen], canceled_at=None
        )
        return queryset.filter(pk__in=parts.values("order_line__order"))


def untracked(days: int) -> Callable[[], Q]:
    """Given to a partner, or shipped, for so many days without a number the customer could follow.

    What waits for payment or for its partner's day is not missing anything yet.
    """

    def rule() -> Q:
        told = PartnerOrderLine.objects.filter(
            canceled_at=None, partner_order__submitted_at__lt=timezone.now() - timedelta(days=days)
        )
        parcels = Shipment.objects.exclude(tracking_number="").exclude(order=None)
        parcels = parcels.exclude(status=Shipment.Status.VOIDED)
        return (
            Q(status__in=[*WITH_PARTNERS, Status.PARTIALLY_SHIPPED, Status.SHIPPED])
            & Q(pk__in=told.values("order_line__order"))
            & ~Q(pk__in=parcels.values("order"))
        )

    return rule


WORK: list[tuple[str, str, Rule]] = [
    *((value, label, Q(attention=value)) for value, label in Order.Attention.choices if value),
    ("waits", WAITS_FOR_PARTNER, lambda: Q(pk__in=waiting_orders())),
]
FILTERS: list[Any] = [
    ("status", MultiChoice.called("Fulfillment")),
    rule_filter("Needs work", "attention__in", *WORK),
    rule_filter("Payment", "payment", *PAYMENTS),
    FulfilledBy,
    ("total", NumberRange),
    ("placed_at", DateRange.called("Ordered")),
    rule_filter(
        "No tracking",
        "untracked",
        ("2", "More than 2 days", untracked(2)),
        ("7", "More than a week", untracked(7)),
    ),
]
