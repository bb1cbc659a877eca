"""Levels and places as staff find them in the admin."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from catalog.models import Partner
from inventory.models import Location, StockLevel
from tests.catalog.builders import make_listing, make_variant

LIST = "/admin/inventory/stocklevel/"


def make_level(partner: Partner, number: int = 1, available: int = 12, **facts) -> StockLevel:
    now = timezone.now()
    variant = make_variant(f"PARTNER-bluedoor-SKU-{number}", price=Decimal("12.50"))
    make_listing(partner, number, variant=variant)
    place, _ = Location.objects.get_or_create(
        connection=partner.connection, external_id="L1", defaults={"name": "Oakland", "as_of": now}
    )
    return StockLevel.objects.create(
        location=place, variant=variant, available=available, as_of=now, **facts
    )


def on_shelf(shelf: Location, units: int = 4) -> StockLevel:
    return StockLevel.objects.create(
        location=shelf,
        variant=make_variant("OURS"),
        available=units,
        on_hand=units,
        as_of=timezone.now(),
    )


def page(row: StockLevel | Location) -> str:
    return reverse(f"admin:inventory_{row._meta.model_name}_change", args=[row.pk])


def press(row: StockLevel | Location, name: str) -> str:
    return reverse(f"admin:inventory_{row._meta.model_name}_do", args=[row.pk, name])
