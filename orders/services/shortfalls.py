"""Shortfalls: a line wants more than its partner has. Staff choose; see covering for stock."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from catalog.models import Listing, Partner, Variant
from integrations.models.base import locked
from integrations.services.alerts import close_alert
from integrations.words import counted, is_or_are
from inventory.availability import balances
from inventory.services.reservations import resize_reservation
from orders.models import Order, PartnerOrderLine, Submission
from orders.services.consolidation import assign_order
from orders.services.history import record
from orders.services.holding import REFUSED, hold_line, release_line, take_out
from orders.services.routing import hold_stock
from orders.services.status import refresh_status

PREFIX = "shortfall:"
WAITS_FOR_STOCK = "waits for stock"
# What `Submission.may_have_told` says, for many parts at once.
UNSENT = (
    Q(submission=None)
    | Q(submission__status__in=[Submission.Status.PENDING, Submission.Status.DROPPED])
    | REFUSED
)
SENT = "It was given to the partner while you looked. Nothing was changed."


class CannotSettle(Exception):
    """The shortfall stays as it is; the sentence says why."""


@dataclass(frozen=True)
class Elsewhere:
    """Who else has the missing units: `free` are those nobody holds, at that cost each."""

    partner: Partner
    cost: Decimal | None
    free: int


def unsent_parts() -> QuerySet[PartnerOrderLine]:
    """Live parts no partner was told of (`is_sent`), whatever their partner order is."""
    parts = PartnerOrderLine.objects.filter(UNSENT, canceled_at=None)
    return parts.filter(order_line__order__canceled_at=None)


def short_parts() -> QuerySet[PartnerOrderLine]:
    """Those of them that are short."""
    return unsent_parts().filter(short__gt=0)


def accept_shortfall(part: PartnerOrderLine, user: AbstractBaseUser) -> None:
    """A person lets the line go although it is short, and is not asked again.

    Raises CannotSettle.
    """
    with transaction.atomic():
        part = _locked(part)
        assert part.partner is not None
        _clear(part)
        what = f"{part.short} of {part.quantity} {part.order_line.title}"
        goes = "We ship it" if part.partner.is_us else f"Goes to {part.partner}"
        text = f"{goes} although {what} {is_or_are(part.short)} not in stock there."
        record(part.order_line.order, "shortfall_accepted", text, user=user, units=part.short)
        PartnerOrderLine.objects.filter(pk=part.pk).update(placed_anyway=True)
        if part.hold_reason == WAITS_FOR_STOCK:
            release_line(part, user)
        refresh_status(part.order_line.order)


def wait_for_stock(part: PartnerOrderLine, user: AbstractBaseUser) -> None:
    """Keep the line back; it goes on by itself when the units are there. Raises CannotSettle."""
    with transaction.atomic():
        part = _locked(part)
        if not hold_line(part, WAITS_FOR_STOCK, user):
            raise CannotSettle(SENT)
        close_alert(f"{PREFIX}{part.pk}")
        refresh_status(part.order_line.order)


def send_elsewhere(part: PartnerOrderLine, partner: Partner, user: AbstractBaseUser) -> None:
    """The missing units go to another partner that has them; the rest stays where it is.

    Raises CannotSettle with a sentence if it was sent, or if that partner has too few by now.
    """
    with transaction.atomic():
        part = _locked(part)
        other = next((one for one in elsewhere(part) if one.partner == partner), None)
        if other is None:
            raise CannotSettle(
                f"{partner} does not have {counted(part.short, 'free unit')} any more."
            )
        if not take_out(part, held_at=None, hold_reason="", placed_anyway=False)[0]:
            raise CannotSettle(SENT)
        order, before, units = part.order_line.order, part.partner, part.short
        moved = _move(part, other)
        _clear(part)
        hold_stock(moved)
        go = "goes" if units == 1 else "go"
        text = f"{units} of {part.order_line.title} {go} to {partner}: {before} has too few."
        record(order, "rerouted", text, user=user, units=units)
        assign_order(order)
        refresh_status(order)


def elsewhere(part: PartnerOrderLine) -> list[Elsewhere]:
    """Partners that list the variant and have the missing units free, by rank, then by stock;
    our own shelf comes last."""
    if part.variant_id is None or part.partner is None:
        return []
    listings = Listing.objects.filter(
        variant=part.variant_id,
        missing_since=None,
        connection__partner__archived_at=None,
        connection__partner__isnull=False,
    ).exclude(Q(connection__partner=part.partner_id) | Q(connection__status="archived"))
    free = balances([part.variant_id])
    found = [
        Elsewhere(row.connection.partner, row.cost, units)
        for row in listings.select_related("connection__partner")
        if (units := free.get((part.variant_id, row.connection_id), 0)) >= part.short
    ]
    found.sort(key=lambda one: (one.partner.rank, -one.free, one.partner.pk))
    ours = free.get((part.variant_id, None), 0)
    if ours >= part.short and not part.partner.is_us:
        found.append(Elsewhere(Partner.objects.get(code="us"), None, ours))
    return found


def _locked(part: PartnerOrderLine) -> PartnerOrderLine:
    """The part as it stands, its order and its variant locked. Raises CannotSettle if settled."""
    # The order every worker locks in: the customer's order, then the variant.
    locked(Order.objects.all()).get(lines=part.order_line_id)
    list(Variant.objects.select_for_update(no_key=True).filter(pk__in=[part.variant_id]))
    rows = short_parts().select_related("partner", "variant", "partner_order", "order_line__order")
    found = rows.filter(pk=part.pk).first()
    if found is None:
        raise CannotSettle("It is not short any more, or its partner has it. Nothing was changed.")
    return found


def _clear(part: PartnerOrderLine) -> None:
    PartnerOrderLine.objects.filter(pk=part.pk).update(short=0)
    close_alert(f"{PREFIX}{part.pk}")


def _move(part: PartnerOrderLine, other: Elsewhere) -> PartnerOrderLine:
    """The part with the other partner: all of it, or a new one with the missing units."""
    fields = {
        "partner": other.partner,
        "unit_cost": other.cost,
        "route_reason": f"{part.partner} has too few."[:300],
    }
    if part.short == part.quantity:
        PartnerOrderLine.objects.filter(pk=part.pk).update(short=0, **fields)
        return PartnerOrderLine.objects.get(pk=part.pk)
    left = part.quantity - part.short
    PartnerOrderLine.objects.filter(pk=part.pk).update(quantity=left)
    resize_reservation(part.reservation_key, left)
    line = part.order_line
    number = line.parts.count() + 1
    return PartnerOrderLine.objects.create(
        order_line=line, part=number, variant=part.variant, quantity=part.short, **fields
    )
