"""Fitting: what no partner was told of follows what the customer wants now; what was told stays."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from integrations.services.alerts import close_alert
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, Submission
from orders.services.alarms import fingerprint
from orders.services.consolidation import assign_order, refresh_cost
from orders.services.given_back import tell_canceled_again
from orders.services.growing import UNSETTLED, rebuild
from orders.services.locking import live_parts, lock_unsent
from orders.services.routing import (
    close_routed_alerts,
    lock_variants,
    resize_part,
    route_units,
    wait_unrouted,
)
from orders.services.status import refresh_status, units_to_customer
from orders.services.surplus import wanted_units

OF_LINES = [Submission.Kind.CREATE, Submission.Kind.APPEND]
CANCELED, CHANGED = "The order was canceled.", "The quantity was changed."
GIVEN_BACK = "The partner it was placed with canceled it."


@dataclass(frozen=True)
class Fit:
    """One line with its live parts; `out` units of it left our own shelf for the customer."""

    line: OrderLine
    wanted: int
    told: list[PartnerOrderLine]
    untold: list[PartnerOrderLine]
    out: int

    @property
    def missing(self) -> int:
        """Units to add to what is untold; negative: so many too many."""
        told = sum(part.quantity for part in self.told)
        lying = sum(_floor(part, self.out) for part in self.untold)
        return max(self.wanted - told, lying) - sum(part.quantity for part in self.untold)

    @property
    def surplus(self) -> int:
        """Told units the customer does not want."""
        return max(0, sum(part.quantity for part in self.told) - self.wanted)

    @property
    def is_good(self) -> bool:
        """Whether nothing has to be done."""
        return not self.missing and sum(part.kept for part in self.told) <= self.surplus


def _floor(part: PartnerOrderLine, out: int) -> int:
    """Units of an untold part that cannot be taken back: they left our shelf."""
    return min(part.quantity, out) if part.partner and part.partner.is_us else 0


def fits_of(order: Order) -> list[Fit]:
    """How each line that is fulfilled stands; two queries, whatever the order is made of."""
    parts, (shipped, _) = live_parts(order), units_to_customer(order)
    lines = order.lines.filter(routable=True).select_related("variant").order_by("pk")
    return [_fit(order, line, parts, shipped) for line in lines]


def _fit(
    order: Order, line: OrderLine, parts: list[PartnerOrderLine], shipped: Counter[int]
) -> Fit:
    line.order = order
    mine = [part for part in parts if part.order_line_id == line.pk]
    for part in mine:
        part.order_line = line
    told = [part for part in mine if part.is_sent]
    out = max(0, shipped[line.pk] - sum(part.quantity for part in told))
    untold = [part for part in mine if not part.is_sent]
    return Fit(line, wanted_units(line), told, untold, out)


def fit_order(order: Order, now: datetime | None = None) -> None:
    """Bring what no partner was told of in line with the order as it stands.

    The end depends on the facts alone, not on the order in which they became known. Runs inside the
    caller's transaction, the order and what carries its lines locked (`lock_unsent`).
    """
    bad = [fit for fit in fits_of(order) if not fit.is_good]
    lock_variants(fit.line for fit in bad)
    reason = CANCELED if order.canceled_at else CHANGED
    for fit in bad:
        _trim_kept(fit)
        if fit.missing > 0:
            _grow(fit, fit.missing)
        else:
            _shrink(fit, -fit.missing, reason)
    recount(part.partner_order for fit in bad for part in fit.untold if part.partner_order)
    if not order.canceled_at:
        assign_order(order, now)
    if bad:
        close_routed_alerts(order)


def _trim_kept(fit: Fit) -> None:
    """What a customer wants again is not kept for us any more."""
    extra = sum(part.kept for part in fit.told) - fit.surplus
    for part in reversed(fit.told):
        less = min(part.kept, max(0, extra))
        if less:
            extra -= less
            part.kept -= less
            PartnerOrderLine.objects.filter(pk=part.pk).update(kept=part.kept)


def _shrink(fit: Fit, units: int, reason: str) -> None:
    """Newest first: what has a partner, then our shelf, and last what waits unrouted."""
    for part in sorted(fit.untold, key=_goes_first):
        take = min(units, part.quantity - _floor(part, fit.out))
        if take > 0:
            units -= take
            resize_part(part, part.quantity - take, reason)


def _goes_first(part: PartnerOrderLine) -> tuple[int, int]:
    kind = 2 if part.partner is None else 1 if part.partner.is_us else 0
    return kind, -part.pk


def _grow(fit: Fit, units: int) -> None:
    """What its partner gave back waits again, up to that many; the rest joins a part or is new."""
    line = fit.line
    unrouted = [part for part in fit.untold if part.partner is None]
    back = min(units, max(0, line.given_back - sum(part.quantity for part in unrouted)))
    if back and unrouted:
        resize_part(unrouted[0], unrouted[0].quantity + back, CHANGED)
    elif back:
        wait_unrouted(line, line.variant, back, GIVEN_BACK)
        tell_canceled_again(line.order)
    if units == back:
        return
    routed = [part for part in fit.untold if part.partner is not None]
    joins = routed or ([] if line.given_back else unrouted)
    if joins:
        resize_part(joins[-1], joins[-1].quantity + units - back, CHANGED)
    else:
        route_units(line, units - back)


def recount(rows: Iterable[PartnerOrder]) -> None:
    """Lines of these partner orders changed: their cost, and what is to be sent, is written anew.

    A submission that has no line left is dropped, also one the partner refused.
    """
    for placed in {row.pk: row for row in rows}.values():
        of_lines = placed.submissions.filter(status__in=UNSETTLED, kind__in=OF_LINES)
        unheard = [one for one in of_lines.order_by("-status", "-pk") if not one.may_have_told]
        if not unheard:
            refresh_cost(placed)
            continue
        rebuild(unheard[0])
        if unheard[0].status == Submission.Status.DROPPED:
            close_alert(fingerprint(unheard[0]))


def catch_up(row: PartnerOrder) -> None:
    """What customers changed while its outcome was open is done now that the outcome is known.

    Runs inside the caller's transaction, the customers' orders locked (`lock_orders`).
    """
    late = [order for order in _changed(row) if not all(fit.is_good for fit in fits_of(order))]
    if late:
        lock_unsent(*late)
    for order in late:
        fit_order(order)
        refresh_status(order)


def _changed(row: PartnerOrder) -> list[Order]:
    """Orders with a line in it whose units are not those the customer wants; one query."""
    live = Q(parts__canceled_at=None)
    lines = OrderLine.objects.filter(pk__in=row.lines.values("order_line")).annotate(
        live=Coalesce(Sum("parts__quantity", filter=live), 0),
        keeps=Coalesce(Sum("parts__kept", filter=live), 0),
    )
    changed = lines.filter(
        ~Q(live=F("quantity")) | Q(keeps__gt=0) | Q(order__canceled_at__isnull=False)
    )
    return list(Order.objects.filter(pk__in=changed.values("order")).order_by("pk"))
