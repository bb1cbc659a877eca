"""Links to the same order in the partner's or the store's own pages."""

from urllib.parse import urlsplit

from django.conf import settings
from pydantic import ValidationError

from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.providers.base import ReadsCheckouts
from integrations.services.connections import provider_for
from orders.services.shipments import publishes


def remote_order_url(connection: Connection | None, external_id: str) -> str:
    """Where staff look at it there; empty if that system has no such page or lost its settings."""
    if connection is None or not external_id:
        return ""
    try:
        return played(connection, provider_for(connection).order_url(external_id))
    except (ProviderError, LookupError, ValidationError, ValueError):
        return ""


def played(connection: Connection, url: str) -> str:
    """While the sandbox plays the system, its page is there."""
    if not (url and settings.SANDBOX_URL):
        return url
    return f"{settings.SANDBOX_URL}/{connection.provider}/{connection.account}{urlsplit(url).path}"


def is_payment_service(connection: Connection | None) -> bool:
    """Whether orders come from its checkouts: there is no store behind them."""
    try:
        kind = connection.provider_class if connection else None
    except LookupError:
        return False
    return kind is not None and issubclass(kind, ReadsCheckouts)


def hears_of_parcels(connection: Connection | None) -> bool:
    """Whether the channel is told of parcels; also where its kind is not known any more."""
    try:
        return connection is None or publishes(connection)
    except LookupError:
        return True


def where_sold(connection: Connection | None) -> str:
    """Where staff cancel and refund an order of it, in the middle of a sentence."""
    return "the payment service" if is_payment_service(connection) else "the store"


def system_name(connection: Connection | None) -> str:
    """Kind of system as staff call it: Shopify, not shopify-partner."""
    if connection is None:
        return ""
    try:
        return connection.provider_class.label.split(" (")[0]
    except LookupError:
        return connection.provider
