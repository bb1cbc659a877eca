"""What staff decide about a customer's order before it is placed: approve, hold, release."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.words import counted
from orders.models import Order, PartnerOrderLine
from orders.services.consolidation import assign_order
from orders.services.customer_mails import tell_customer
from orders.services.fitting import fit_order, recount
from orders.services.history import record
from orders.services.locking import live_parts, lock_unsent
from orders.services.refund_decisions import follow_refund
from orders.services.routing import (
    canceled_before,
    close_routed_alerts,
    route_again,
    route_to_us,
)
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
        lock_unsent(order)
        unsent = [part for part in live_parts(order) if part.partner_order and not part.is_sent]
        PartnerOrderLine.objects.filter(pk__in=[part.pk for part in unsent]).update(
            partner_order=None, submission=None, ready_at=None
        )
        recount(part.partner_order for part in unsent if part.partner_order)
        record(order, "held", f"Put on hold. {reason}".strip(), user=user)
        refresh_status(order)
    return True


def release_order(order: Order, user: AbstractBaseUser) -> bool:
    """Let a held order go on; False if it is not on hold."""
    with transaction.atomic():
        if not _update(order, ~Q(held_at=None), held_at=None):
            return False
        record(order, "released", "Released.", user=user)
        assign_order(order)
        refresh_status(order)
    return True


def cancel_order(order: Order, user: AbstractBaseUser, reason: str) -> bool:
    """Staff cancel an order here: unsent lines end, what a partner has becomes a decision.

    The channel is not told: whoever cancels it there does it there. False if it was canceled.
    """
    with transaction.atomic():
        now = timezone.now()
        if not _update(order, Q(canceled_at=None), canceled_at=now, cancel_reason=reason[:200]):
            return False
        lock_unsent(order)
        record(order, "canceled", f"Canceled here. {reason}".strip(), user=user)
        fit_order(order)
        tell_customer(order, "order.canceled")
        follow_refund(order)
        refresh_status(order)
    return True


def reroute(order: Order, user: AbstractBaseUser) -> list[PartnerOrderLine]:
    """Try the unrouted lines again; returns what found a partner."""
    with transaction.atomic():
        found = route_again(order)
        assign_order(order)
        refresh_status(order)
        if found:
            record(order, "routed", say_routed(found), user=user)
        close_routed_alerts(order)
    return found


def say_routed(found: list[PartnerOrderLine]) -> str:
    """Who takes the lines now, and who of them gave the same line back before."""
    names = sorted({str(part.partner) for part in found})
    again = sorted({str(part.partner) for part in found if canceled_before(part)})
    said = f"{counted(len(found), 'line')} found a partner: {', '.join(names)}."
    return f"{said} {', '.join(again)} canceled it before." if again else said


def ship_ourselves(order: Order, user: AbstractBaseUser) -> int:
    """The unrouted lines come from our own shelf; returns how many there were."""
    with transaction.atomic():
        taken = route_to_us(order)
        if taken:
            record(order, "routed", f"We ship {counted(taken, 'line')} ourselves.", user=user)
        close_routed_alerts(order)
        refresh_status(order)
    return taken


def _update(order: Order, condition: Q, **fields: object) -> bool:
    changed = Order.objects.filter(condition, pk=order.pk).update(**fields)
    order.refresh_from_db()  # the page may be older than a payment
    return bool(changed)
