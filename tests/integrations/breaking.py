"""Connections that fail, as the circuit breaker sees them."""

from datetime import timedelta

from integrations.models import Alert, Connection
from integrations.services import breaker

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def fail(row, now, times=1):
    for _ in range(times):
        breaker.record_failed(row.pk, now - SECOND, now)


def fresh(row) -> Connection:
    return Connection.objects.get(pk=row.pk)


def open_alerts() -> list[str]:
    return list(Alert.objects.filter(closed_at=None).values_list("title", flat=True))
