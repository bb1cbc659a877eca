"""Orders no webhook announced: counted by the backstop, and said until webhooks come again."""

from datetime import datetime, timedelta

from integrations.models import Alert, Connection, InboundEvent
from integrations.services.alerts import close_alert, raise_alert
from integrations.types import ChannelOrder
from orders.services.raw_bodies import plain

ON_ITS_WAY = timedelta(minutes=2)  # a webhook may take so long without being lost
QUIET_FOR = timedelta(hours=24)
NOT_HANDLED = ("received", "handling", "failed", "unreadable")


class Gap:
    """What one run of the backstop found of one connection."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self.missed = 0

    def add(self, remote: ChannelOrder) -> bool:
        """An order that was not here; True if no webhook told of it."""
        if self.now - remote.placed_at < ON_ITS_WAY or self._is_in_the_inbox(remote):
            return False
        self.missed += 1
        return True

    def _is_in_the_inbox(self, remote: ChannelOrder) -> bool:
        """It did come in, and was not handled (yet): that is another trouble, told elsewhere."""
        rows = InboundEvent.objects.filter(connection=self.connection, status__in=NOT_HANDLED)
        number = remote.external_id.rpartition("/")[2].lower()
        bodies = rows.filter(received_at__gte=remote.placed_at).values_list("body", flat=True)
        return any(number in plain(bytes(body)) for body in bodies.iterator())

    def tell(self) -> None:
        """An alert while webhooks are missing; it closes once they come again."""
        fingerprint = f"gap:{self.connection.pk}"
        if self.missed:
            were = "order was" if self.missed == 1 else "orders were"
            raise_alert(
                fingerprint,
                "gap",
                f"{self.missed} {were} never announced; check the webhooks of {self.connection}",
                "They are in now, found by asking. Open the connection, press Register webhooks "
                "again, and see whether the store refuses them.",
                self.connection,
                self.now,
            )
        elif self._is_over(fingerprint):
            close_alert(fingerprint, self.now)

    def _is_over(self, fingerprint: str) -> bool:
        """A webhook about an order came since, or a day went by without another one missing."""
        alert = Alert.objects.filter(fingerprint=fingerprint, closed_at=None).first()
        if alert is None:
            return False
        came = InboundEvent.objects.filter(
            connection=self.connection, topic__startswith="order", received_at__gt=alert.last_at
        )
        return came.exists() or self.now - alert.last_at > QUIET_FOR
