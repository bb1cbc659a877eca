"""Consolidation: put ready lines into the partner order that will carry them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from catalog.models import Dispatch, OrderTrigger, Partner
from integrations.jobs import enqueue
from integrations.models.base import locked
from orders.models import Order, PartnerOrder, PartnerOrderLine
from orders.services.history import record
from orders.services.planning import new_period, next_seq

# Their partner has not begun work, as far as we know: one that was placed may still be added to.
GROWING = [PartnerOrder.Status.OPEN, PartnerOrder.Status.SUBMITTED, PartnerOrder.Status.CONFIRMED]
OPEN = Q(closed_at=None, order=None, status__in=GROWING)


def is_triggered(partner: Partner, order: Order) -> bool:
    """Whether the partner's terms let this order's lines go (captured, paid or approved)."""
    if order.held_at or order.canceled_at:
        return False
    if partner.trigger == OrderTrigger.PAID:
        return order.paid_at is not None
    if partner.trigger == OrderTrigger.APPROVED:
        return order.approved_at is not None
    return True


def assign_order(order: Order, now: datetime | None = None) -> int:
    """Put every line of the order that may go into its partner order; returns how many."""
    now = now or timezone.now()
    parts = PartnerOrderLine.objects.filter(
        order_line__order=order, partner_order=None, canceled_at=None, held_at=None
    ).exclude(partner=None)
    assigned = 0
    for part in parts.select_related("partner__connection", "order_line__order").order_by("pk"):
        assert part.partner is not None
        if part.partner.is_us or not is_triggered(part.partner, order):
            continue
        target = partner_order_for(part.partner, order, now)
        PartnerOrderLine.objects.filter(pk=part.pk, partner_order=None).update(
            ready_at=now, partner_order=target
        )
        refresh_cost(target)
        if target.order_id:
            enqueue("orders.tasks.close_order", target.pk)
        assigned += 1
    return assigned


def partner_order_for(partner: Partner, order: Order, now: datetime) -> PartnerOrder:
    """The partner order that takes this order's lines: its own, or the partner's open one."""
    if partner.dispatch == Dispatch.IMMEDIATE:
        mine = Q(partner=partner, order=order, closed_at=None, status=PartnerOrder.Status.OPEN)
        return _locked(mine) or _create(partner, order=order)
    return open_order(partner, now)


def open_order(partner: Partner, now: datetime) -> PartnerOrder:
    """The one order of the partner that still takes lines; opened if there is none.

    It is locked until the line is in it. Two callers at once get the same row: a unique index
    allows one.
    """
    mine = OPEN & Q(partner=partner)
    while True:
        if found := _locked(mine):
            return found
        # One whose partner began work takes no more lines, whoever moved it.
        begun = PartnerOrder.objects.filter(partner=partner, closed_at=None, order=None)
        begun.exclude(status__in=GROWING).update(closed_at=now)
        try:
            with transaction.atomic():
                return _create(partner, **new_period(partner, now))
        except IntegrityError:
            continue  # somebody opened one just now; it may even be closed again


def _locked(which: Q) -> PartnerOrder | None:
    # Kept from being closed between this look and the UPDATE that puts the line into it.
    return locked(PartnerOrder.objects.all()).filter(which).first()


def _create(partner: Partner, **fields: Any) -> PartnerOrder:
    if period := fields.get("period"):
        fields["seq"] = next_seq(partner, period)
    row = PartnerOrder.objects.create(
        partner=partner,
        connection=partner.connection,
        ship_to=partner.ship_to,
        currency=partner.currency,
        **fields,
    )
    record(row, "opened", "Opened.")
    return row


def refresh_cost(partner_order: PartnerOrder) -> Decimal:
    """Write and return the cost of the lines in it, in its currency."""
    lines = partner_order.lines.filter(canceled_at=None)
    total = lines.aggregate(sum=Sum(F("quantity") * F("unit_cost")))["sum"] or Decimal(0)
    PartnerOrder.objects.filter(pk=partner_order.pk).update(cost_total=total)
    partner_order.cost_total = total
    return total
