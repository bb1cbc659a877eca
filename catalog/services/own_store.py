"""Our own store: the connection products, stock and tracking are published to."""

from catalog.models import Partner
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import PublishesProducts


def own_store() -> Connection | None:
    """The active connection that takes our products; the oldest if there are several."""
    slugs = [s for s, cls in registry.providers().items() if issubclass(cls, PublishesProducts)]
    active = Connection.objects.filter(provider__in=slugs, status=Connection.Status.ACTIVE)
    return active.order_by("pk").first()


def own_currency() -> str:
    """The currency we sell in: that of our shelf, which is kept equal to our own store's."""
    return Partner.objects.values_list("currency", flat=True).get(code="us")
