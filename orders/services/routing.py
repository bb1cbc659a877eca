"""Routing: a part for each customer line, held where it goes, or the reason why it goes nowhere."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from catalog.models import Partner, UnmatchedSku, Variant
from catalog.services.unmatched import forget_unmatched, note_unmatched
from integrations.services.alerts import close_alert, raise_alert
from integrations.words import is_or_are, sentence
from inventory.availability import balances
from inventory.services.reservations import move_reservation, release, reserve, resize_reservation
from orders.models import Order, OrderLine, PartnerOrderLine
from orders.services.choosing import choose_route, identify
from orders.services.given_back import close_canceled_alerts
from orders.services.history import ERROR, record


def route_lines(order: Order) -> list[PartnerOrderLine]:
    """Make a part for each routable line that has none, and reserve its units.

    Runs inside the transaction that captures the order: no network.
    """
    lines = order.lines.filter(routable=True, quantity__gt=0).select_related("variant")
    without = [line for line in lines if not line.parts.filter(canceled_at=None).exists()]
    lock_variants(without)
    return [route_units(line, line.quantity) for line in without]


def lock_variants(lines: Iterable[OrderLine]) -> None:
    """Two orders for the last unit must see each other's reservation, so that one of them is short.

    Taken in the order of their ids, so that two orders for the same things cannot deadlock.
    """
    ids = {line.variant_id for line in lines if line.variant_id}
    list(Variant.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def route_units(line: OrderLine, quantity: int) -> PartnerOrderLine:
    """A new part for so many units of a line, with the partner that fits best, or with none."""
    route = choose_route(line)
    part = PartnerOrderLine.objects.create(
        order_line=line,
        part=line.parts.count() + 1,
        variant=route.variant,
        partner=route.partner,
        route_reason=route.reason,
        quantity=quantity,
        unit_cost=route.cost,
    )
    if route.partner is None:
        _say_unrouted(line, route.reason)
    else:
        hold_stock(part)
    return part


def hold_stock(part: PartnerOrderLine) -> None:
    """Reserve the units of a part; too little stock is reserved all the same and noted."""
    assert part.variant is not None
    assert part.partner is not None
    connection = part.partner.connection
    move_reservation(part.reservation_key, connection)
    reserve(part.reservation_key, part.variant, connection, part.quantity)
    _note_short(part)


def _note_short(part: PartnerOrderLine) -> None:
    """Write how many of its units are not there; a person is told while there are any."""
    assert part.variant is not None
    assert part.partner is not None
    at = (part.variant.pk, part.partner.connection_id)
    short = max(0, min(part.quantity, -balances([part.variant.pk]).get(at, 0)))
    if short == part.short == 0:
        return
    PartnerOrderLine.objects.filter(pk=part.pk).update(short=short)
    part.short = short
    if not short:
        close_alert(f"shortfall:{part.pk}")
        return
    tell_short(part)


def tell_short(part: PartnerOrderLine) -> None:
    """A person is told how many units of it are missing."""
    number, are = part.order_line.order.number, is_or_are(part.short)
    raise_alert(
        f"shortfall:{part.pk}",
        "stock",
        f"{number}: {part.short} of {part.quantity} {part.order_line.title} {are} not in stock",
        f"{_choices(part)} on the order; or cancel it with the customer.",
        part.order_line.order,
    )


def _choices(part: PartnerOrderLine) -> str:
    """The buttons staff have, as they are called."""
    first = "It is there" if part.partner and part.partner.is_us else "Place it anyway"
    return f"Press {first}, Wait for stock or Send elsewhere"


def _say_unrouted(line: OrderLine, reason: str) -> None:
    what = line.sku or line.title
    channel = line.order.connection
    if line.variant is None and line.sku and channel:
        note_unmatched(channel, UnmatchedSku.Source.ORDER, {line.sku: reason}, timezone.now())
    why = sentence(reason)
    record(line.order, "unrouted", f"{line.title} has no partner. {why}", level=ERROR)
    fix = (
        "Press Route again on the order when a partner has it"
        if line.variant
        else "Import the product from a partner, or correct the SKU in the store, and press Route "
        "again on the order"
    )
    raise_alert(
        f"unrouted:{what}",
        "mapping",
        f"{what} has no partner",
        f"{why} {fix}; or press We ship it.",
        line.order,
    )


def close_routed_alerts(order: Order) -> None:
    """Close the alert of each SKU of this order of which no line waits unrouted any more."""
    for line in order.lines.all():
        waiting = PartnerOrderLine.objects.filter(
            partner=None, canceled_at=None, order_line__sku=line.sku, order_line__title=line.title
        ).exclude(order_line__order__status__in=["shipped", "delivered", "canceled"])
        if not waiting.exists():
            close_alert(f"unrouted:{line.sku or line.title}")
            forget_unmatched(UnmatchedSku.Source.ORDER, [line.sku])
    close_canceled_alerts(order)


def route_to_us(order: Order) -> int:
    """Staff ship the unrouted lines from our own shelf, whatever it counts; returns how many."""
    us = Partner.objects.get(code="us")
    parts = PartnerOrderLine.objects.filter(order_line__order=order, partner=None, canceled_at=None)
    # A person says that it lies here: nobody is asked whether there is enough of it.
    taken = parts.update(partner=us, route_reason="We ship it ourselves.", placed_anyway=True)
    _forget_given_back(order)
    return taken


def _forget_given_back(order: Order) -> None:
    """A person decided: of lines that wait for nobody any more, what comes later is routed anew."""
    waiting = PartnerOrderLine.objects.filter(partner=None, canceled_at=None)
    order.lines.exclude(parts__in=waiting).update(given_back=0)


def route_again(order: Order) -> list[PartnerOrderLine]:
    """Try the unrouted parts of an order once more; returns those that found a partner."""
    found = []
    parts = PartnerOrderLine.objects.filter(
        order_line__order=order, partner=None, canceled_at=None
    ).select_related("order_line__order", "order_line__variant")
    lock_variants(part.order_line for part in parts)
    for part in parts:
        line = part.order_line
        if line.variant is None:
            line.variant = identify(line, None, "")
            line.save(update_fields=["variant"])
        route = choose_route(line)
        if route.partner is None:
            continue
        part.variant, part.partner, part.unit_cost = route.variant, route.partner, route.cost
        part.route_reason = route.reason
        part.save(update_fields=["variant", "partner", "unit_cost", "route_reason"])
        _forget_given_back(order)
        hold_stock(part)
        found.append(part)
    return found


def canceled_before(part: PartnerOrderLine) -> bool:
    """Whether the partner it goes to canceled units of the same line before."""
    gone = part.order_line.parts.filter(
        partner=part.partner_id,
        partner_order__status="canceled",
        canceled_at__isnull=False,
        route_reason__startswith=f"{part.partner} canceled ",
    )
    return gone.exists()


def cancel_part(part: PartnerOrderLine, reason: str) -> None:
    """End a part: its reservation is released; an order that was never sent loses it."""
    fields: dict[str, Any] = {"canceled_at": timezone.now(), "route_reason": reason[:300]}
    if part.partner_order and part.partner_order.closed_at is None and part.submission is None:
        fields["partner_order"] = None
    PartnerOrderLine.objects.filter(pk=part.pk).update(**fields)
    release([part.reservation_key])
    close_alert(f"shortfall:{part.pk}")


def lower_part(part: PartnerOrderLine, units: int, reason: str) -> None:
    """Leave so many units in a part that a partner agreed to lower; 0 ends it."""
    if not units:
        cancel_part(part, reason)
        return
    PartnerOrderLine.objects.filter(pk=part.pk).update(quantity=units, kept=min(part.kept, units))
    resize_reservation(part.reservation_key, units)


def resize_part(part: PartnerOrderLine, units: int, reason: str) -> None:
    """So many units from now on in a part no partner was told of; 0 ends it."""
    grows, part.quantity = units > part.quantity, units
    lower_part(part, units, reason)
    if units and part.variant and part.partner_id and (grows or part.short):
        _note_short(part)


def unroute(part: PartnerOrderLine, reason: str, *, asked: bool = False) -> None:
    """Units that will not come from where they were to come: they wait for a person, unrouted.

    What was shipped of the part stays with it. The rest stays reserved for its customer, as far as
    the customer still wants it. `asked`: we asked for it, so what nobody wants is not remembered.
    """
    shipped = _shipped_units(part)
    left = part.quantity - shipped
    if shipped:
        PartnerOrderLine.objects.filter(pk=part.pk).update(
            quantity=shipped, kept=min(part.kept, shipped)
        )
        release([part.reservation_key])
    else:
        cancel_part(part, reason)
    line = part.order_line
    live = line.parts.filter(canceled_at=None).aggregate(n=Sum("quantity"))["n"] or 0
    wanted = 0 if line.order.canceled_at else line.quantity
    waiting = max(0, min(left, wanted - live))
    line.given_back += waiting if asked else left
    OrderLine.objects.filter(pk=line.pk).update(given_back=line.given_back)
    if waiting:
        wait_unrouted(line, part.variant, waiting, reason)


def wait_unrouted(line: OrderLine, variant: Variant | None, units: int, reason: str) -> None:
    """A part without a partner: its units are held, and a person decides who sends them."""
    _say_unrouted(line, reason)
    waiting = PartnerOrderLine.objects.create(
        order_line=line,
        part=line.parts.count() + 1,
        variant=variant,
        route_reason=reason[:300],
        quantity=units,
    )
    if variant:
        reserve(waiting.reservation_key, variant, None, units)


def _shipped_units(part: PartnerOrderLine) -> int:
    lines = part.shipped.exclude(shipment__status="voided")
    return int(lines.aggregate(n=Sum("quantity"))["n"] or 0)
