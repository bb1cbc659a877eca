"""Our own store, which products, stock and tracking are published to; and who is no store."""

from catalog.models import Partner
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import PublishesProducts, PullsProducts, PullsStock


def own_store() -> Connection | None:
    """The active connection that takes our products; the oldest if there are several."""
    slugs = [s for s, cls in registry.providers().items() if issubclass(cls, PublishesProducts)]
    active = Connection.objects.filter(provider__in=slugs, status=Connection.Status.ACTIVE)
    return active.order_by("pk").first()


def own_currency() -> str:
    """The currency we sell in: that of our shelf, which is kept equal to our own store's."""
    return Partner.objects.values_list("currency", flat=True).get(code="us")


def without_catalog() -> list[str]:
    """Providers that say stock and list no products: an ERP.

    Such a system names our own SKUs; another name is an alias. Whatever else there is lists its
    products here, so that a SKU is linked by linking its listing.
    """
    kinds = registry.providers().items()
    return [
        slug
        for slug, cls in kinds
        if issubclass(cls, PullsStock) and not issubclass(cls, PullsProducts)
    ]


def has_catalog(connection: Connection) -> bool:
    """Its products are listed here."""
    return connection.provider not in without_catalog()
