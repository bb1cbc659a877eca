"""Publishing a parcel to the sales channel: claim, call, settle; looked up before a repeat."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.errors import (
    Duplicate,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
)
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.providers.base import PublishesShipments
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.breaker import admit, give_back
from integrations.services.connections import needs_attention, provider_for
from integrations.types import ShipmentToPublish
from orders.models import Shipment
from orders.services.history import ERROR, record

Publish = Shipment.Publish
LEASE_S = 90
RETRY_S = 60
MOST_ATTEMPTS = 5  # of one that ends its worker; an outage is tried for as long as it lasts
WAITING = [Publish.PENDING, Publish.UNCONFIRMED]


def publish(shipment: Shipment, now: datetime | None = None) -> None:
    """Tell the channel that this parcel left; harmless when called twice or in parallel."""
    now = now or timezone.now()
    if _must_not(shipment):
        return
    died = shipment.publish_status == Publish.PUBLISHING
    was = _claim(shipment, now)
    if was is None:
        return
    if died and shipment.attempts > MOST_ATTEMPTS:
        _fail(shipment, Rejected("The worker that told the store stopped every time."))
        return
    connection = shipment.order.connection if shipment.order else None
    try:
        ref = _tell(shipment, connection, look_first=was != Publish.PENDING)
    except NotAuthorized as exc:
        _settle(shipment, was, exc, now)
        assert connection is not None
        needs_attention(connection, exc)
    except Retryable as exc:
        _settle(shipment, was, exc, now)
    except Rejected as exc:
        _fail(shipment, exc)
    except ProviderError as exc:
        _settle(shipment, Publish.UNCONFIRMED, exc, now)
    else:
        _publish_done(shipment, ref)


def _must_not(shipment: Shipment) -> bool:
    """A parcel that never left is not told; a store that is paused or ill is told later."""
    shipment.refresh_from_db()
    if shipment.status == Shipment.Status.VOIDED:
        shipment.update_where(Q(publish_status=Publish.PENDING), publish_status=Publish.NONE)
        return True
    connection = shipment.order.connection if shipment.order else None
    return connection is not None and connection.status != Connection.Status.ACTIVE


def _claim(shipment: Shipment, now: datetime) -> str | None:
    shipment.refresh_from_db()
    was = shipment.publish_status
    due = Q(retry_at=None) | Q(retry_at__lte=now)
    if was == Publish.PUBLISHING and shipment.lease_until and shipment.lease_until < now:
        was = Publish.UNCONFIRMED  # its worker died: it may have been told
    elif was not in WAITING or not Shipment.objects.filter(due, pk=shipment.pk).exists():
        return None
    connection = shipment.order.connection if shipment.order else None
    if connection is not None and not admit(connection, now):
        return None
    if _take(shipment, now):
        return was
    if connection is not None:
        give_back(connection)
    return None


def _take(shipment: Shipment, now: datetime) -> bool:
    return shipment.take_lease(now, LEASE_S) and shipment.update_where(
        Q(publish_status__in=[*WAITING, Publish.PUBLISHING], lease_token=shipment.lease_token),
        publish_status=Publish.PUBLISHING,
        attempts=F("attempts") + 1,
    )


def _tell(shipment: Shipment, connection: Connection | None, look_first: bool) -> str:
    if connection is None:
        raise Rejected("The order came from no store that could be told.")
    provider = provider_for(connection)
    if not isinstance(provider, PublishesShipments):
        raise Rejected(f"{connection} takes no shipments.")
    content = _content(shipment)
    if look_first and (found := provider.find_shipment(content)):
        return found
    try:
        return provider.publish_shipment(content)
    except Duplicate:
        found = provider.find_shipment(content)
        if found is None:
            raise Rejected(_why_closed(shipment)) from None
        return found


def _is_canceled(shipment: Shipment) -> bool:
    return bool(shipment.order and shipment.order.canceled_at)


def _why_closed(shipment: Shipment) -> str:
    """Why the store has nothing open that this parcel could be for."""
    if _is_canceled(shipment):
        return f"{shipment.order} was canceled in the store: it takes no parcel any more."
    return "The store says these units were fulfilled already, with another parcel."


def _what_now(shipment: Shipment) -> str:
    if _is_canceled(shipment):
        return "Agree with the customer and the carrier what is done with the parcel."
    return "Mark it as fulfilled in the store, or correct it and press Publish again."


def _content(shipment: Shipment) -> ShipmentToPublish:
    assert shipment.order is not None
    return ShipmentToPublish(
        order_id=shipment.order.external_id,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        url=shipment.url,
        lines=tuple(
            (line.order_line.external_id, line.quantity)
            for line in shipment.lines.select_related("order_line").order_by("pk")
        ),
    )


def _publish_done(shipment: Shipment, ref: str) -> None:
    with transaction.atomic():
        if _write(shipment, publish_status=Publish.PUBLISHED, published_ref=ref, error=""):
            assert shipment.order is not None
            record(shipment.order, "published", f"The store knows {shipment}.")
            close_alert(f"publish:{shipment.pk}")


def _settle(shipment: Shipment, status: str, exc: ProviderError, now: datetime) -> None:
    wait = getattr(exc, "retry_after", None) or RETRY_S
    later = now + timedelta(seconds=wait)
    _write(shipment, publish_status=status, retry_at=later, error=str(exc))


def _fail(shipment: Shipment, exc: Rejected) -> None:
    with transaction.atomic():
        if not _write(shipment, publish_status=Publish.FAILED, error=str(exc)):
            return
        assert shipment.order is not None
        record(shipment.order, "publish_failed", f"The store refused: {exc}", level=ERROR)
        raise_alert(
            f"publish:{shipment.pk}",
            "publish",
            f"The store does not know that {shipment} left",
            f"{exc} {_what_now(shipment)}",
            shipment.order,
        )


def _write(shipment: Shipment, **fields: object) -> bool:
    return shipment.update_where(
        Q(lease_token=shipment.lease_token), lease_token=None, lease_until=None, **fields
    )


def publish_again(shipment: Shipment) -> bool:
    """A person corrected the cause: try once more, looking first."""
    failed = Q(publish_status=Publish.FAILED)
    with transaction.atomic():
        fresh = {"publish_status": Publish.UNCONFIRMED, "retry_at": None, "attempts": 0}
        if not shipment.update_where(failed, **fresh):
            return False
        enqueue("orders.tasks.publish_shipment", shipment.pk)
    return True
