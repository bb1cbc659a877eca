"""Turns the clock back on what has happened, so that it looks as old as the story wants."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateTimeField, F, Q, QuerySet

from integrations.models import ApiCall, InboundEvent, SyncRun
from inventory.models import StockChange
from orders.models import (
    Notification,
    Order,
    OrderEvent,
    PartnerOrder,
    PartnerOrderLine,
    Shipment,
    Submission,
)

# What lies ahead stays there: work that waits for its moment. When a partner was asked last is no
# history either: the schedule asks them all the time.
STAYS = ("retry_at", "lease_until", "due_at", "closes_at", "polled_at", "parcels_asked_at")


def age(rows: QuerySet[Any], by: timedelta) -> None:
    """Every time these rows hold lies that much further back."""
    times = [one.attname for one in rows.model._meta.concrete_fields if _is_time(one)]
    rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        **{name: F(name) - by for name in times}
    )


def _is_time(field: Any) -> bool:
    return isinstance(field, DateTimeField) and field.attname not in STAYS


def age_orders(orders: Iterable[int], by: timedelta) -> None:
    """These orders, by primary key, with all that happened to them."""
    ids = list(orders)
    placed = PartnerOrder.objects.filter(order__in=ids).values_list("pk", flat=True)
    kind = ContentType.objects.get_for_model(Order)
    age(OrderEvent.objects.filter(order__in=ids), by)
    age(PartnerOrderLine.objects.filter(order_line__order__in=ids), by)
    age(Notification.objects.filter(order__in=ids), by)
    age(InboundEvent.objects.filter(content_type=kind, object_id__in=ids), by)
    age(Shipment.objects.filter(Q(order__in=ids) & Q(partner_order=None)), by)
    age_partner_orders(placed, by)
    age(Order.objects.filter(pk__in=ids), by)


def age_partner_orders(rows: Iterable[int], by: timedelta) -> None:
    """These partner orders, by primary key, with what was sent and their parcels."""
    ids = list(rows)
    age(Submission.objects.filter(partner_order__in=ids), by)
    age(Shipment.objects.filter(partner_order__in=ids), by)
    age(OrderEvent.objects.filter(partner_order__in=ids, order=None), by)
    age(PartnerOrder.objects.filter(pk__in=ids), by)


def age_runs(runs: Iterable[SyncRun], step: timedelta) -> None:
    """The newest run stays; each one before it lies a step further back."""
    for number, run in enumerate(runs):
        age(StockChange.objects.filter(run=run), step * number)
        age(ApiCall.objects.filter(run=run), step * number)
        age(SyncRun.objects.filter(pk=run.pk), step * number)
