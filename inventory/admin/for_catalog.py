"""What the catalog's pages show of stock: the catalog may not import us, so we hand it in."""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.facts import Fact, StockFact, sources
from catalog.models import Variant
from config.adminkit.parts import when
from inventory.admin.counting_rules import OBSERVED, is_observed, owner_of
from inventory.admin.incoming_facts import incoming_facts
from inventory.admin.ledger import last_change
from inventory.admin.locations import one_line
from inventory.admin.raw_numbers import levels_of
from inventory.admin.words import stock_word
from inventory.availability import sellable_many
from inventory.freshness import said_at
from inventory.incoming import coming_units
from inventory.models import Location, StockLevel


def with_stock(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Each with `level_id`, one of its levels if any location has a number for it, and
    `coming`, the units on their way to us."""
    levels = StockLevel.objects.filter(variant=OuterRef("pk")).order_by("pk")
    return variants.annotate(level_id=Subquery(levels.values("pk")[:1]), coming=coming_units("pk"))


def stock_of(variants: Sequence[Variant]) -> dict[int, StockFact]:
    """Units we may sell of each variant, with the page that explains the number."""
    levels = {variant.pk: getattr(variant, "level_id", None) for variant in variants}
    return {
        pk: StockFact(units, stock_word(units), _page(levels[pk]))
        for pk, units in sellable_many(pk for pk, level in levels.items() if level).items()
    }


def places_of(variant: Variant) -> list[Fact]:
    """The variant at every location."""
    return [
        Fact(level.location.name, _note(level), level.available, _page(level.pk))
        for level in levels_of(variant)
    ]


def _note(level: StockLevel) -> SafeString:
    """Whose it is, how old, and whether it counts at all."""
    owner, age = owner_of(level.location), when(said_at(level))
    if is_observed(level.location):
        return format_html("{}, {}: {}", owner, age, OBSERVED.lower())
    return format_html("{}, {}", owner, age)


def shelf() -> list[Fact]:
    """Our own locations, with the address parcels go to."""
    ours = Location.objects.filter(connection=None, archived_at=None).order_by("pk")
    return [
        Fact(place.name, one_line(place) or "no address yet", url=_location(place))
        for place in ours
    ]


def _location(place: Location) -> str:
    return reverse("admin:inventory_location_change", args=[place.pk])


def _page(pk: int | None) -> str:
    return reverse("admin:inventory_stocklevel_change", args=[pk])


sources.with_stock = with_stock
sources.stock_of = stock_of
sources.places_of = places_of
sources.incoming_of = incoming_facts
sources.last_change = last_change
sources.shelf = shelf
