"""Covering: unsent lines follow what partners have: less of it is said, more of it ends that.

What lacks lacks to those who came last. A line that is short stays the one that is, as long as
anything lacks; one a person lets go although it is short is not asked about again.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from integrations.models import Alert
from integrations.models.base import locked
from integrations.services.alerts import close_alert
from integrations.words import is_or_are
from inventory.availability import balances, open_reservations
from orders.models import Order, PartnerOrderLine
from orders.services.history import record
from orders.services.holding import release_line
from orders.services.routing import tell_short
from orders.services.shortfalls import PREFIX, UNSENT, WAITS_FOR_STOCK, unsent_parts
from orders.services.status import refresh_status

Status = Order.Status
OVER = [Status.SHIPPED, Status.DELIVERED, Status.CANCELED]
Spot = tuple[int | None, int | None]


def settle_shortfalls() -> int:
    """Write how many units of each unsent line are missing now. Returns how many were covered.

    Alerts of lines that are not short any more close themselves.
    """
    parts, lacking = _doubtful()
    still = _shared(parts, lacking)
    covered = 0
    for part in parts:
        if still[part.pk] < part.short:
            covered += _cover(part, still[part.pk])
        elif still[part.pk] > part.short:
            _open(part, still[part.pk])
    _close_alerts({pk for pk, short in still.items() if short})
    _release_covered()
    return covered


def _doubtful() -> tuple[list[PartnerOrderLine], dict[Spot, int]]:
    """Parts that are or may be short, the newest first, and the units each partner lacks."""
    live = unsent_parts().exclude(variant=None).exclude(partner=None)
    active = live.exclude(order_line__order__status__in=OVER)
    known = live.filter(short__gt=0)
    ids = {*active.values_list("variant", flat=True), *known.values_list("variant", flat=True)}
    lacking: dict[Spot, int] = {at: -n for at, n in balances(ids).items() if n < 0}
    short = Q(variant__in={variant for variant, _ in lacking})
    found = live.filter(Q(short__gt=0) | (short & ~Q(order_line__order__status__in=OVER)))
    parts = found.select_related("partner", "order_line__order").order_by("-pk")
    return _holding(list(parts)), lacking


def _holding(parts: list[PartnerOrderLine]) -> list[PartnerOrderLine]:
    """Those that are short, or hold units of what their partner has."""
    keys = [part.reservation_key for part in parts if not part.short]
    held = set(open_reservations().filter(key__in=keys).values_list("key", flat=True))
    return [part for part in parts if part.short or part.reservation_key in held]


def _shared(parts: list[PartnerOrderLine], lacking: dict[Spot, int]) -> dict[int, int]:
    """Units short by part: first of those that are, then of those that go anyway, then of others.

    Numbers that are only too old make nothing short that was not.
    """
    left, still = dict(lacking), {part.pk: 0 for part in parts}
    for part in parts:
        still[part.pk] += _take(left, part, part.short)
    for part in parts:
        if part.placed_anyway:
            _take(left, part, part.quantity - still[part.pk])
    others = [part for part in parts if not part.placed_anyway and left.get(_spot(part))]
    ids = [part.variant_id for part in others if part.variant_id]
    known: dict[Spot, int] = dict(balances(ids, trust_stale=True).items()) if ids else {}
    for part in others:
        if known.get(_spot(part), 0) < 0:
            still[part.pk] += _take(left, part, part.quantity - still[part.pk])
    return still


def _take(left: dict[Spot, int], part: PartnerOrderLine, most: int) -> int:
    units = min(most, left.get(_spot(part), 0))
    if units:
        left[_spot(part)] -= units
    return units


def _spot(part: PartnerOrderLine) -> Spot:
    return part.variant_id, part.partner.connection_id if part.partner else None


def _cover(part: PartnerOrderLine, still: int) -> bool:
    """Fewer units are missing; with none missing the line goes on. True if it was covered."""
    order = part.order_line.order
    with transaction.atomic():
        locked(Order.objects.all()).get(pk=order.pk)
        rows = PartnerOrderLine.objects.filter(pk=part.pk, short=part.short)
        if not rows.update(short=still) or still:
            return False
        record(order, "covered", f"{part.order_line.title} is in stock at {part.partner} now.")
        if part.hold_reason == WAITS_FOR_STOCK:
            release_line(part)
        refresh_status(order)
    return True


def _open(part: PartnerOrderLine, short: int) -> None:
    """Their stock fell: a person is told, unless the line was sent or settled meanwhile."""
    order = part.order_line.order
    with transaction.atomic():
        locked(Order.objects.all()).get(pk=order.pk)
        as_read = Q(pk=part.pk, short=part.short, quantity=part.quantity, partner=part.partner)
        rows = PartnerOrderLine.objects.filter(UNSENT, as_read, canceled_at=None)
        if not rows.filter(placed_anyway=part.placed_anyway).update(short=short):
            return
        part.short = short
        what = f"{short} of {part.quantity} {part.order_line.title}"
        text = f"{part.partner} has too few by now: {what} {is_or_are(short)} not there."
        record(order, "short", text, units=short)
        if part.hold_reason != WAITS_FOR_STOCK:
            tell_short(part)
        refresh_status(order)


def _release_covered() -> None:
    """Nothing is missing of these any more, whatever ended it: they go on."""
    waiting = unsent_parts().filter(short=0, hold_reason=WAITS_FOR_STOCK)
    for part in waiting.exclude(held_at=None).select_related("order_line__order"):
        with transaction.atomic():
            locked(Order.objects.all()).get(pk=part.order_line.order_id)
            if release_line(part):
                refresh_status(part.order_line.order)


def _close_alerts(short: Iterable[int]) -> None:
    open_ones = Alert.objects.filter(fingerprint__startswith=PREFIX, closed_at=None)
    for fingerprint in open_ones.values_list("fingerprint", flat=True):
        if int(fingerprint.removeprefix(PREFIX)) not in short:
            close_alert(fingerprint)
