"""Links to the same order in the partner's or the store's own pages."""

from urllib.parse import urlsplit

from django.conf import settings
from pydantic import ValidationError

from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.services.connections import provider_for


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


def system_name(connection: Connection | None) -> str:
    """Kind of system as staff call it: Shopify, not shopify-partner."""
    if connection is None:
        return ""
    try:
        return connection.provider_class.label.split(" (")[0]
    except LookupError:
        return connection.provider
