"""What staff decide about a customer's order before it is placed: approve, hold, release."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import Order, PartnerOrder, PartnerOrderLine
from orders.services.consolidation import assign_order, refresh_cost
from orders.services.history import record
from orders.services.routing import close_routed_alerts, route_again, route_to_us
from orders.services.status import refresh_status


def approve_order(order: Order, user: AbstractBaseUser) -> bool:
    """Let the lines of partners whose trigger is *approved* go; False if it was approved."""
    with transaction.atomic():
        if not _update(order, Q(approved_at=None), approved_at=timezone.now()):
            return False
        record(order, "approved", "Approved.", user=user)
        assign_order(order)
        refresh_status(order)
    return True


def hold_order(order: Order, user: AbstractBaseUser | None, reason: str = "") -> bool:
    """Keep everything that was not sent back; False if it is on hold already."""
    with transaction.atomic():
        if not _update(order, Q(held_at=None), held_at=timezone.now()):
            return False
        # The lock closing takes too: the lines leave before the content is built, or not at all.
        touched = PartnerOrder.objects.select_for_update(of=("self",)).filter(
            pk__in=_open_ids(order), closed_at=None
        )
        for placed in touched.order_by("pk"):
            _live(order).filter(partner_order=placed).update(partner_order=None, ready_at=None)
            refresh_cost(placed)
        record(order, "held", f"Put on hold. {reason}".strip(), user=user)
        refresh_status(order)
    return True


def _live(order: Order) -> QuerySet[PartnerOrderLine]:
    return PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)


def _open_ids(order: Order) -> list[int]:
    rows = _live(order).filter(partner_order__closed_at=None).exclude(partner_order=None)
    return [pk for pk in rows.values_list("partner_order", flat=True) if pk]


def release_order(order: Order, user: AbstractBaseUser) -> bool:
    """Let a held order go on; False if it is not on hold."""
    with transaction.atomic():
        if not _update(order, ~Q(held_at=None), held_at=None):
            return False
        record(order, "released", "Released.", user=user)
        assign_order(order)
        refresh_status(order)
    return True


def reroute(order: Order, user: AbstractBaseUser) -> int:
    """Try the unrouted lines again; returns how many found a partner."""
    with transaction.atomic():
        found = route_again(order)
        assign_order(order)
        refresh_status(order)
        if found:
            record(order, "routed", f"{found} lines found a partner.", user=user)
        close_routed_alerts(order)
    return found


def ship_ourselves(order: Order, user: AbstractBaseUser) -> int:
    """The unrouted lines come from our own shelf; returns how many there were."""
    with transaction.atomic():
        taken = route_to_us(order)
        if taken:
            record(order, "routed", f"We ship {taken} lines ourselves.", user=user)
        close_routed_alerts(order)
        refresh_status(order)
    return taken


def _update(order: Order, condition: Q, **fields: object) -> bool:
    changed = Order.objects.filter(condition, pk=order.pk).update(**fields)
    order.refresh_from_db()  # the page may be older than a payment
    return bool(changed)
