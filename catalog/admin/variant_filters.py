"""What the list of variants can be narrowed to: by stock, by price, by what is missing."""

from collections.abc import Callable

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.admin.facts import LOW_STOCK
from catalog.models import Listing
from catalog.services.own_store import without_catalog
from config.adminkit.filters import rule_filter
from config.adminkit.nav import COUNT_SECONDS
from integrations.models import Connection


def told_store(**units: int) -> Callable[[], Q]:
    """What our store was last told of them."""
    told = {f"published_quantity__{name}": number for name, number in units.items()}
    return lambda: Q(Exists(ours().filter(**told)))


def drift_over(percent: int) -> Callable[[], Q]:
    """The partner's price moved by more than so much from the cost our store was told."""
    return lambda: Q(drifted(percent), archived_at=None)


def own_stores() -> list[int]:
    """Connections that are no partner's and list products; kept for 15 seconds.

    Their keys, not the condition: PostgreSQL takes *no partner's* for next to none, and loops.
    """
    stores = Connection.objects.exclude(provider__in=without_catalog())
    found = stores.filter(partner=None).values_list("pk", flat=True)
    return cache.get_or_set("catalog:own-stores", lambda: list(found), COUNT_SECONDS) or []


def ours() -> QuerySet[Listing]:
    """The variant in our own store."""
    rows = Listing.objects.filter(variant=OuterRef("pk"), connection__in=own_stores())
    return rows.filter(missing_since=None)


def sold_out() -> QuerySet[Listing]:
    """Our store was told that nothing can be sold."""
    return ours().filter(published_quantity__lte=0)


def drifted(percent: int = 0) -> Q:
    """The partner's price is off the cost our store was told, by more than so many percent."""
    theirs = {
        "variant__listings__connection__partner": F("variant__product__source_partner"),
        "variant__listings__missing_since": None,
    }
    price = "variant__listings__price"
    less, more = F("cost") * (100 - percent) / 100, F("cost") * (100 + percent) / 100
    differs = Q(**{f"{price}__lt": less}) | Q(**{f"{price}__gt": more})
    if not percent:
        differs |= Q(**{price: None})
    rows = Listing.objects.filter(
        differs, connection__in=own_stores(), missing_since=None, **theirs
    )
    return Q(pk__in=rows.exclude(cost=None).values("variant"))


STOCK = rule_filter(
    "Stock",
    "stock",
    ("in", "In stock", told_store(gt=LOW_STOCK)),
    ("low", "Low stock", told_store(gt=0, lte=LOW_STOCK)),
    ("out", "Out of stock", told_store(lte=0)),
)
DRIFT = rule_filter(
    "Price changed",
    "drift",
    *((str(one), f"More than {one} %", drift_over(one)) for one in (5, 10, 25)),
)
MISSING = rule_filter(
    "Missing",
    "without",
    ("barcode", "Barcode", {"barcode": ""}),
    ("store", "A place in our store", lambda: ~Q(Exists(ours()))),
    ("partner", "A partner", {"product__source_partner": None}),
)
