"""What a run of the order flows does."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError

from integrations.providers.base import (
    FindsOrders,
    PublishesShipments,
    PullsChannelOrders,
    PullsOrderStatus,
    PullsShipments,
)
from integrations.registry import flow
from integrations.services.runs import Run
from integrations.types import ChannelOrder
from orders.models import PartnerOrder, Shipment
from orders.services.alarms import has_difference
from orders.services.capture import capture_order
from orders.services.forgetting import keep_forgotten
from orders.services.gaps import Gap
from orders.services.history import record
from orders.services.partner_news import compare_lines, take_state
from orders.services.polling import Poll
from orders.services.publishing import publish
from orders.services.shipments import record_shipment
from orders.services.short_shipped import tell_short

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=3)


@flow("channel_orders", PullsChannelOrders, "Orders never announced")
def pull_channel_orders(run: Run) -> None:
    """The backstop for lost webhooks: everything changed since the last good run, with overlap.

    The watermark moves only after the whole answer was read, and not past an order that could not
    be stored: that one is asked for again, for three days.
    """
    last = run.watermark.get("since")
    # Never further back than the connection: older orders were handled without us.
    first = run.connection.installed_at or run.connection.created_at
    since = datetime.fromisoformat(last) - OVERLAP if last else first
    found, bad = Gap(run.connection, run.started_at), []
    for remote in run.provider.pull_channel_orders(since):
        if not _take(run, remote, found):
            bad.append(remote.version)
        run.beat()
    found.tell()
    oldest = max(min([run.started_at, *bad]), run.started_at - GIVE_UP_AFTER)
    run.watermark["since"] = max(oldest, since).isoformat()


def _take(run: Run, remote: ChannelOrder, found: Gap) -> bool:
    """One order of the answer; a bad one is noted and does not stop the others."""
    try:
        order, created = capture_order(run.connection, remote)
    except (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError):
        log.exception("an order of %s cannot be stored", run.connection)
        run.count(processed=1, failed=1)
        run.note(remote.number, "rejected", "It cannot be stored; the worker's log says why.")
        return False
    keep_forgotten(order)
    run.count(processed=1, created=int(created), unchanged=int(not created))
    if created and order:
        never = found.add(remote)
        said = (
            "Found by asking: its webhook never came."
            if never
            else "Its webhook came, and is not handled."
        )
        run.note(order.number, "applied", said)
        record(order, "found", said, actor="Crossdock")
    return True


@flow("shipments", PullsShipments, "Partner shipments")
def pull_shipments(run: Run) -> None:
    """Parcels of every partner order that is not finished, longest unasked first."""
    for chunk in Poll(run, "parcels_asked_at").chunks():
        for remote in chunk.asked(run.provider.pull_shipments, lambda parcel: parcel.order_id):
            shipment, created = record_shipment(run.connection, remote)
            run.count(processed=1, created=int(created), unchanged=int(not created))
            if created and shipment:
                run.note(str(shipment), "applied", f"For {shipment.partner_order}.")
        _look_at_differences(run, chunk.pks)
        tell_short(chunk.pks)


def _look_at_differences(run: Run, pks: list[int]) -> None:
    """Where the partner changed an order: whether it says the same as ours again."""
    if not isinstance(run.provider, FindsOrders):
        return
    for row in PartnerOrder.objects.filter(pk__in=pks).order_by("pk"):
        if has_difference(row) and (found := run.provider.find_order(row.reference)):
            compare_lines(row, found)


@flow("order_status", PullsOrderStatus, "Partner order status")
def pull_order_status(run: Run) -> None:
    """How far partners are with the orders that are not finished, longest unasked first."""
    for chunk in Poll(run, "polled_at").chunks():
        for state in chunk.asked(run.provider.pull_order_status, lambda state: state.external_id):
            before, row = take_state(run.connection, state)
            moved = row is not None and row.status != before
            run.count(processed=1, skipped=int(row is None), updated=int(moved))
            if row is None or not moved:
                run.count(unchanged=int(row is not None))
                continue
            run.note(row.reference, "applied", "", ("status", before, row.status))
        if not isinstance(run.provider, PullsShipments):  # its parcels came along
            tell_short(chunk.pks)


@flow("publish_shipments", PublishesShipments, "Publish shipments")
def publish_shipments(run: Run) -> None:
    """Tell the store of every parcel it does not know yet."""
    waiting = Shipment.objects.filter(
        order__connection=run.connection, publish_status__in=["pending", "unconfirmed"]
    )
    for shipment in waiting.order_by("pk"):
        publish(shipment)
        done = shipment.publish_status == Shipment.Publish.PUBLISHED
        run.count(processed=1, updated=int(done), failed=int(shipment.publish_status == "failed"))
        run.note(str(shipment), "applied" if done else "skipped", shipment.error)
        run.beat()
