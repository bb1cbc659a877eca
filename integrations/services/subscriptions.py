"""Webhook subscriptions: made after connecting and looked after every night."""

from datetime import datetime

from django.utils import timezone

from integrations import registry
from integrations.errors import ProviderError
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.providers.base import SendsWebhooks
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.breaker import admit, give_back, waits
from integrations.services.connections import provider_for
from integrations.services.intake import hook_url


def ensure_webhooks(connection: Connection) -> int:
    """Subscribe to what is missing; returns how many were. A refusal is an alert, not an error.

    While the connection may not be called nothing is done: the next night does it.
    """
    fingerprint = f"webhooks:{connection.pk}"
    if connection.status != Connection.Status.ACTIVE or not sends_webhooks(connection):
        return 0
    if not admit(connection, timezone.now()):
        return 0
    try:
        provider = provider_for(connection)
        assert isinstance(provider, SendsWebhooks)
        missing = provider.subscribe(hook_url(connection))
    except ProviderError as exc:
        raise_alert(
            fingerprint,
            "webhooks",
            f"{connection.name} does not send all its webhooks",
            f"{exc} {_until_then(connection)}",
            connection,
        )
        return 0
    finally:
        give_back(connection)
    close_alert(fingerprint)
    return len(missing)


def _until_then(connection: Connection) -> str:
    """What is lost meanwhile: a system that can be asked is asked later."""
    if registry.flows_of(connection.provider_class):
        return "Until then orders and changes are found by the scheduled runs, later."
    return "Until then nobody tells us of these."


def sends_webhooks(connection: Connection) -> bool:
    """True where this kind of system can tell us things by itself."""
    return issubclass(connection.provider_class, SendsWebhooks)


def ensure_all(now: datetime) -> int:
    """One job per connection that may be called and sends webhooks; returns how many."""
    active = Connection.objects.filter(status=Connection.Status.ACTIVE).exclude(waits(now))
    sending = [connection for connection in active if sends_webhooks(connection)]
    for connection in sending:
        enqueue("integrations.tasks.ensure_webhooks", connection.pk)
    return len(sending)
