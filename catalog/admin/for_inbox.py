"""What the webhook inbox may say of products: whether one that came in badly is here."""

from collections.abc import Sequence

from django.db.models import Model

from catalog.models import Listing
from integrations.admin.inbox_subjects import find_subjects, row_numbered
from integrations.models import InboundEvent


@find_subjects("product")
def product_of(event: InboundEvent, numbers: Sequence[str]) -> Model | None:
    """Our variant of one of the product's variants, else the one at the connection."""
    rows = Listing.objects.filter(connection=event.connection_id).select_related("variant")
    found = row_numbered(rows, numbers, "external_product_id")
    return (found.variant or found) if isinstance(found, Listing) else None
