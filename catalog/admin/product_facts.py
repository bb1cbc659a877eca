"""What a warehouse says of a batch: shown with a variant, and narrowed by."""

from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils.html import format_html

from catalog.admin.facts import Fact
from catalog.models import Brand, Variant
from catalog.services.follow_warehouse import FACTS
from config.adminkit.filters import MultiChoice, rule_filter

KEPT_S = 300


class BrandChoice(MultiChoice):
    """The brands there are; they change seldom, so they are kept for five minutes."""

    name = "Brand"

    def find_options(self) -> Sequence[tuple[Any, Any]]:
        """By their names."""
        brands = Brand.objects.order_by("name").values_list("pk", "name")
        return cache.get_or_set("catalog:brands", lambda: list(brands), KEPT_S) or []


CERTIFICATE = rule_filter(
    "Certificate",
    "certificate",
    ("yes", "Has one", ~Q(certificate_url="")),
    ("no", "Batch without one", ~Q(batch="") & Q(certificate_url="")),
)
THC = rule_filter("THC", "thc", ("yes", "Told", ~Q(thc="")), ("no", "Not told", Q(thc="")))


def product_facts(variant: Variant) -> list[Fact]:
    """Brand, THC, batch and certificate, as far as they are known."""
    brand: Brand | None = variant.product.brand
    found = [Fact("Brand", value=brand.name)] if brand else []
    for name, label in FACTS.items():
        if value := getattr(variant, name):
            found.append(Fact(label, value=_shown(name, value)))
    return found


def _shown(name: str, value: str) -> Any:
    if name != "certificate_url":
        return value
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">Open</a>', value)
