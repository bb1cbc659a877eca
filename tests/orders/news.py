"""News about one order, played in any order through the real handlers, and what it ends in."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import transaction

from integrations.errors import Retryable
from integrations.models import Alert, Connection, InboundEvent
from integrations.services.webhooks import Ignored, Waiting
from integrations.types import ChannelOrder, Event, RemoteShipment, ShippedLine
from inventory.models import Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Shipment
from orders.webhooks import take_order, take_shipment
from tests.orders.builders import CUSTOMER, NOW, channel_order

News = Callable[[], object]


@dataclass
class Told:
    """What became of it: `waiting` news are played again at the end, as the inbox does."""

    waiting: list[News] = field(default_factory=list)

    def play(self, news: Iterable[News]) -> None:
        for one in news:
            try:
                one()
            except (Waiting, Retryable):
                self.waiting.append(one)
            except Ignored:
                continue

    def play_waiting(self) -> None:
        while self.waiting:
            before, self.waiting = self.waiting, []
            self.play(before)
            if len(self.waiting) == len(before):
                return


class Store:
    """Our own store: one order of it, told in versions, each the whole order as it was then."""

    def __init__(self, connection: Connection, first: ChannelOrder) -> None:
        self.connection, self.order = connection, first

    def version(self, number: int, topic: str = "order.updated", **fields: object) -> News:
        remote = replace(self.order, version=NOW + timedelta(minutes=number), **fields)
        return lambda: take_order(Event(topic, remote), event(self.connection))

    def parcel(self, ref: str, units: dict[str, int], **fields: object) -> News:
        """A fulfillment made in the store: `units` by line id."""
        lines = tuple(ShippedLine(line, "", number) for line, number in units.items())
        return shipment(self.connection, ref, self.order.external_id, lines, **fields)


class PartnerSays:
    """A partner about the order it has of us."""

    def __init__(self, row: PartnerOrder) -> None:
        self.row = row

    def parcel(self, ref: str, sku: str, units: int, **fields: object) -> News:
        line = ShippedLine("gid://shopify/LineItem/9", sku, units)
        return shipment(self.row.connection, ref, self.row.external_id, (line,), **fields)

    def canceled(self) -> News:
        remote = channel_order([], external_id=self.row.external_id, canceled_at=NOW)
        return lambda: take_order(Event("order.canceled", remote), event(self.row.connection))


def event(connection: Connection | None) -> InboundEvent:
    return InboundEvent(connection=connection, topic="any")


def shipment(
    connection: Connection | None,
    ref: str,
    order_id: str,
    lines: tuple[ShippedLine, ...],
    **fields: object,
) -> News:
    values = {"tracking_number": f"T-{ref}", "shipped_at": NOW, **fields}
    remote = RemoteShipment(ref, order_id, lines, **values)
    return lambda: take_shipment(Event("shipment.reported", remote), event(connection))


def ends(
    news: Sequence[News], group: Callable[[tuple[int, ...]], object] | None = None
) -> dict[object, dict[str, tuple[int, ...]]]:
    """Play every permutation, each with one of the news once more; the different ends by group.

    Every permutation starts from the database as it is now. What two of them begin with alike is
    played once for both: each step is a savepoint.
    """
    found: dict[object, dict[str, tuple[int, ...]]] = {}
    for order, end in _ends_after((), news, Told()):
        key = group(order) if group else "all"
        found.setdefault(key, {}).setdefault(end, order)
    return found


def _ends_after(
    played: tuple[int, ...], news: Sequence[News], told: Told
) -> Iterable[tuple[tuple[int, ...], str]]:
    left = [index for index in range(len(news)) if index not in played]
    if not left:
        yield played, _end_of(told, news[played[len(played) // 2]])
    for index in left:
        with transaction.atomic():
            after = Told(list(told.waiting))
            after.play([news[index]])
            yield from list(_ends_after((*played, index), news, after))
            transaction.set_rollback(True)


def _end_of(told: Told, again: News) -> str:
    told.play_waiting()
    end = state()
    Told().play([again])
    assert state() == end, "repeated news changed something"
    return str(end)


def state() -> dict[str, object]:
    """Everything about the orders that matters to anybody, without the ids of rows."""
    return {
        "orders": [
            (one.status, one.attention, one.paid_at, one.canceled_at, one.contact.street1)
            for one in Order.objects.select_related("contact")
        ],
        "lines": sorted(
            (line.external_id, line.quantity, line.given_back)
            for order in Order.objects.all()
            for line in order.lines.all()
        ),
        "parts": _live_units(),
        "partner orders": sorted(
            PartnerOrder.objects.exclude(lines=None).distinct().values_list("status", flat=True)
        ),
        "reserved": sum(
            Reservation.objects.filter(released_at=None).values_list("quantity", flat=True)
        ),
        "parcels": sorted(_parcels()),
        "alerts": sorted(_alerts()),
    }


def _live_units() -> list[tuple[object, ...]]:
    units: Counter[tuple[object, ...]] = Counter()
    parts = PartnerOrderLine.objects.filter(canceled_at=None)
    for part in parts.select_related("order_line", "partner", "partner_order", "submission"):
        where = part.partner_order.status if part.partner_order else ""
        who = part.partner.code if part.partner else "nobody"
        units[part.order_line.external_id, who, where, part.is_sent] += part.quantity
    return sorted((*key, number) for key, number in units.items())


def _parcels() -> Iterable[tuple[object, ...]]:
    for one in Shipment.objects.prefetch_related("lines__order_line"):
        voided = one.status == "voided"
        inside = {} if voided else {x.order_line.external_id: x.quantity for x in one.lines.all()}
        left = {} if voided else one.left_over
        name = one.external_id or one.published_ref
        yield name, one.status, one.publish_status, str(sorted(inside.items())), str(left)


def _alerts() -> Iterable[str]:
    for name in Alert.objects.filter(closed_at=None).values_list("fingerprint", flat=True):
        yield re.sub(r"\d+", "N", name)


def moved(street: str):
    """The customer with another address."""
    return replace(CUSTOMER, address=replace(CUSTOMER.address, street1=street))
