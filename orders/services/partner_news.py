"""What a partner tells of an order placed with it: how far it is, or that it was canceled."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection
from integrations.models.base import locked
from integrations.providers.base import PullsShipments
from integrations.services.alerts import close_alert, raise_alert
from integrations.types import OrderState, PlacedOrder, RemoteShipment
from orders.models import OrderEvent, PartnerOrder
from orders.services.alarms import close_differences
from orders.services.canceling import CANCELABLE, cancel_placed
from orders.services.closing import in_flight
from orders.services.content import lines_there
from orders.services.customer_mails import tell_packed
from orders.services.deliveries import schedule_delivery
from orders.services.differing import differs
from orders.services.given_back import tell_canceled, waits_for_partner, was_asked
from orders.services.growing import hand_on, orders_in
from orders.services.history import ERROR, record_for_orders
from orders.services.locking import lock_orders
from orders.services.shipments import follow, record_shipment
from orders.services.status import refresh_all

Placed = PartnerOrder.Status


def take_cancellation(
    connection: Connection, external_id: str, reason: str, user: AbstractBaseUser | None = None
) -> PartnerOrder | None:
    """The partner canceled an order of ours: its lines wait unrouted, a person decides.

    None if the order is not ours. One that was shipped is not moved; an alert says what they said.
    One we asked them to cancel ends without an alert, and so does one of which a person (`user`)
    was told: it moves only while it is not shipped.
    """
    with transaction.atomic():
        placed = PartnerOrder.objects.filter(connection=connection, external_id=external_id).first()
        if placed is None:
            return None
        lock_orders(placed)
        placed = locked(PartnerOrder.objects.all()).get(pk=placed.pk)
        if placed.status == Placed.CANCELED or (user and placed.status not in CANCELABLE):
            return placed
        why = f"{placed.partner} canceled {placed.reference}. {reason}".strip()
        orders = orders_in(placed)
        asked = user is not None or was_asked(placed)
        level = OrderEvent.Level.INFO if asked else ERROR
        record_for_orders(placed, "partner_canceled", why, level=level, user=user)
        moved = cancel_placed(placed, why, asked=asked)
        refresh_all(orders)
        if not asked and (waits_for_partner(placed) or not moved):
            tell_canceled(placed)
    return placed


def take_state(connection: Connection, state: OrderState) -> tuple[str, PartnerOrder | None]:
    """How far the partner is with an order of ours: only ever forward. (None): it is not ours.

    Returns the status before, and the order as it is now. The parcels the answer tells of come
    first: an order is not ahead of them. Their own word is kept as they say it; one we do not know
    moves nothing, and a person is told.
    """
    ours = PartnerOrder.objects.filter(connection=connection, external_id=state.external_id)
    if (found := ours.first()) is None:
        return "", None
    if _is_old(found, state):
        return found.status, found
    for parcel in state.shipments:
        record_shipment(connection, parcel)
    if state.status == "canceled":
        return found.status, take_cancellation(connection, state.external_id, "")
    _take_status(found, state)
    return found.status, PartnerOrder.objects.get(pk=found.pk)


def _is_old(found: PartnerOrder, state: OrderState) -> bool:
    """Whether all of it was said before: most answers, and they cost one look."""
    if state.status_raw[:100] != found.status_raw or state.status != found.status:
        return False
    said = {(one.external_id, one.status, one.tracking_number) for one in state.shipments}
    columns = ("external_id", "status", "tracking_number")
    return not said or said <= set(found.shipments.values_list(*columns))


def _take_status(found: PartnerOrder, state: OrderState) -> None:
    with transaction.atomic():
        lock_orders(found)
        placed = locked(PartnerOrder.objects.all()).get(pk=found.pk)
        placed.update_where(Q(), status_raw=state.status_raw[:100])
        if not state.status:
            _say_unknown(placed, state.status_raw)
            return
        close_alert(f"status:{placed.pk}")
        status: str = state.status
        if status == Placed.DELIVERED and placed.ship_to == PartnerOrder.ShipTo.CUSTOMER:
            status = _deliver(placed)
        _move_on(placed, status)


def _deliver(placed: PartnerOrder) -> str:
    """It is at the customer's door: every parcel of it is. Returns how far it may move.

    One of which no parcel is known yet waits for it where its system tells of parcels: its number
    would be lost. Elsewhere it went in a parcel without a number.
    """
    assert placed.connection is not None
    live = list(placed.shipments.exclude(status="voided"))
    if not live and issubclass(placed.connection.provider_class, PullsShipments):
        return Placed.SHIPPED
    now = timezone.now()
    if not live:
        name = f"{placed.external_id[:180]}:delivered"
        whole = _arrived(name, placed, now, is_whole=True)
        record_shipment(placed.connection, whole)
    for shipment in live:
        follow(shipment, _arrived(shipment.external_id, placed, now))
    placed.refresh_from_db()
    return Placed.DELIVERED


def _arrived(
    external_id: str, placed: PartnerOrder, now: datetime, *, is_whole: bool = False
) -> RemoteShipment:
    return RemoteShipment(
        external_id=external_id,
        order_id=placed.external_id,
        lines=(),
        status="delivered",
        shipped_at=now,
        delivered_at=now,
        is_whole=is_whole,
    )


def _move_on(placed: PartnerOrder, status: str) -> None:
    if placed.closed_at is None and status != Placed.CONFIRMED:
        hand_on(placed, f"{placed.partner} began work on it.")
    if status == Placed.DELIVERED and placed.ship_to == PartnerOrder.ShipTo.CENTER:
        status = Placed.SHIPPED  # it is delivered when staff press Received
    before = [old for old, after in PartnerOrder.MOVES.items() if status in after]
    if placed.move([old for old in before if old != Placed.OPEN], status):
        word = placed.get_status_display().lower()
        refresh_all(record_for_orders(placed, "status", f"{placed.partner}: {word}."))
        if status == Placed.PACKED:
            tell_packed(placed)
            schedule_delivery(placed)


def _say_unknown(placed: PartnerOrder, word: str) -> None:
    raise_alert(
        f"status:{placed.pk}",
        "placement",
        f"{placed.partner} says “{word}” about {placed.reference}",
        "We do not know this word: look there what it means. Nothing was moved here.",
        placed,
    )


def compare_lines(row: PartnerOrder, found: PlacedOrder) -> bool:
    """Whether the partner's order says what was agreed; then nobody needs to look any more.

    A stranger's order, one about which something is being sent, and an answer that does not tell
    the lines say nothing: False.
    """
    account = row.connection.account if row.connection else ""
    if (found.reference, found.account) != (row.reference, account) or in_flight(row):
        return False
    if not found.tells_lines or differs(lines_there(row), found.lines):
        return False
    close_differences(row)
    return True
