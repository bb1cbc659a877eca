"""A file of listings: which variant of ours each is, at every connection."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from import_export.fields import Field

from catalog.models import Listing, UnmatchedSku, Variant
from catalog.services.unmatched import forget_unmatched
from catalog.variant_lookup import VariantLookup
from integrations.importing.cells import Cell
from integrations.importing.kinds import importer
from integrations.importing.resource import ImportResource, Planned, Row
from integrations.models import Connection
from integrations.models.base import locked


@importer
class ListingImport(ImportResource):
    """By connection with their id or their SKU. A file links and unlinks; it makes no listing."""

    kind, label, perm = "listings", "Listings", "catalog.import_listing"
    shown_at = "partner_catalog"
    about = "Say which variant of ours each product at a partner or in our store is."
    required = ("connection", "our_sku")
    reads_not = (
        *("product", "title", "price", "cost", "currency", "available", "seen", "status"),
        *("partner", "missing"),
    )
    words = {
        "connection": "Short name of the connection, as in its address.",
        "external_id": "Their id of the variant. This or their SKU is needed.",
        "sku": "Their SKU, where only one listing there has it.",
        "our_sku": "Our SKU. Empty: it is none of ours.",
    }
    example = ("blue-door", "gid://shopify/ProductVariant/1001", "MUG-L", "PARTNER-bluedoor-MUG-L")

    connection = Field("connection__slug", "connection", Cell(), readonly=True)
    external_id = Field("external_id", "external_id", Cell(200), readonly=True)
    sku = Field("sku", "sku", Cell(255), readonly=True)
    our_sku = Field("variant__sku", "our_sku", Cell(100), readonly=True)

    class Meta:
        model = Listing
        fields = import_order = ("connection", "external_id", "sku", "our_sku")

    @classmethod
    def key_of(cls, row: Row) -> tuple[str, ...]:
        """Their id says more than their SKU."""
        place = str(row.get("connection", "")).strip()
        theirs = str(row.get("external_id", "")).strip() or str(row.get("sku", "")).strip()
        return (place, theirs) if place and theirs else ()

    def load(self, rows: Sequence[Row]) -> None:
        """Connections, listings by both keys, variants, and who has those already."""
        slugs, ids, skus, ours = (
            {str(row.get(name, "")).strip() for row in rows} - {""}
            for name in ("connection", "external_id", "sku", "our_sku")
        )
        self.places = {one.slug: one for one in Connection.objects.filter(slug__in=slugs)}
        named = Q(external_id__in=ids) | Q(sku__in=skus)
        found = Listing.objects.filter(named, connection__in=self.places.values()).order_by("pk")
        self.by_id: dict[tuple[str, str], Listing] = {}
        self.by_sku: dict[tuple[str, str], list[Listing]] = defaultdict(list)
        for one in (locked(found) if self.locks else found).select_related("connection", "variant"):
            self.by_id[one.connection.slug, one.external_id] = one
            self.by_sku[one.connection.slug, one.sku].append(one)
        self.variants = VariantLookup(ours)
        pks = [one.pk for one in self.variants.exact.values()]
        linked = Listing.objects.filter(connection__in=self.places.values(), variant__in=pks)
        self.takers = {(one.connection_id, one.variant_id): one for one in linked}

    def find(self, row: Row) -> Listing | None:
        """By their id, else by their SKU where only one has it."""
        place, external_id, sku = (
            str(row.get(name, "")).strip() for name in ("connection", "external_id", "sku")
        )
        if external_id:
            return self.by_id.get((place, external_id))
        alike = self.by_sku.get((place, sku), []) if sku else []
        return alike[0] if len(alike) == 1 else None

    def init_instance(self, row: Any = None) -> Listing:
        """Nothing one may save; `check` says why."""
        return Listing()

    def import_instance(self, instance: Any, row: Row, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        sku = str(row["our_sku"]).strip()
        instance.variant = self.variants.get(sku) if sku else None

    def shown(self, instance: Any, row: Row) -> dict[str, str]:
        """The one thing a file changes."""
        return {"our_sku": instance.variant.sku if instance.variant else ""}

    def skip_row(
        self, instance: Any, original: Any, row: Row, import_validation_errors: Any = None
    ) -> bool:
        """A listing nobody has is no unchanged one, and neither is an unknown SKU."""
        same = super().skip_row(instance, original, row, import_validation_errors)
        return same and not self.check(instance, row, new=instance.pk is None)

    def check(self, instance: Listing, row: Row, *, new: bool) -> dict[str, str]:
        """Whether there is such a listing and such a variant, and whether it is free."""
        place, ours = str(row["connection"]).strip(), str(row["our_sku"]).strip()
        connection = self.places.get(place)
        if connection is None:
            return {"connection": f"No connection is called “{place}”."}
        if new:
            return self._not_listed(connection, row)
        if ours and instance.variant is None:
            return {"our_sku": self.variants.why_not(ours)}
        if connection.status == Connection.Status.ARCHIVED:
            return {"connection": f"{connection} is archived; nothing of it counts."}
        taker = self.takers.get((connection.pk, instance.variant_id))
        if taker and taker.pk != instance.pk:
            words = f"{ours} is linked to {taker} at {connection} already."
            return {"our_sku": f"{words} Unlink that one first."}
        return {}

    def _not_listed(self, connection: Connection, row: Row) -> dict[str, str]:
        external_id, sku = (str(row.get(name, "")).strip() for name in ("external_id", "sku"))
        if external_id:
            return {"external_id": f"{connection} lists nothing with this id."}
        if not sku:
            return {"external_id": "It needs their id or their SKU."}
        if self.by_sku.get((connection.slug, sku)):
            return {"sku": f"{connection} lists {sku} more than once; give their id instead."}
        return {"sku": f"{connection} lists nothing with SKU {sku}."}

    def without_lead(self, planned: Sequence[Planned]) -> dict[int, str]:
        """Two rows of a file may want the same variant; the first gets it."""
        taken: dict[tuple[int, int], int] = {}
        refused: dict[int, str] = {}
        for one in planned:
            if (wanted := one.instance.variant_id) is None:
                continue
            first = taken.setdefault((one.instance.connection_id, wanted), one.number)
            if first != one.number:
                refused[one.number] = f"Row {first} links {one.instance.variant} there already."
        return refused

    def write(self, planned: Sequence[Planned]) -> None:
        """Those that let go first: what one row frees another may take."""
        rows = [one.instance for one in planned]
        freed = [row.pk for row in rows]
        Listing.objects.filter(pk__in=freed).update(variant=None)
        Listing.objects.bulk_create(
            sorted((row for row in rows if row.variant_id), key=lambda row: row.pk),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["variant"],
        )
        linked = [row.sku for row in rows if row.variant_id and row.sku]
        forget_unmatched(UnmatchedSku.Source.STOCK, linked)

    def logged(self, planned: Planned) -> Variant | None:
        """A listing has no page; its variant tells of it."""
        found: Variant | None = planned.instance.variant
        return found
