"""A file of counts: the new number of units at our own locations, or how many more or fewer."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from import_export.fields import Field

from catalog.services.own_store import own_store
from catalog.variant_lookup import VariantLookup
from integrations.importing.cells import Cell, Whole
from integrations.importing.kinds import importer
from integrations.importing.resource import NUMBER, ImportResource, Planned, Row
from integrations.models import SyncRun
from integrations.models.base import locked
from integrations.services.run_requests import request_run
from inventory.models import Location, StockLevel
from inventory.services.adjust_many import Adjustment, adjust_many

MOST_UNITS = 1_000_000


@importer
class StockImport(ImportResource):
    """By SKU and location. What belongs to a connected system is only compared, never written."""

    kind, label, perm = "stock", "Stock levels", "inventory.import_stocklevel"
    about = "Enter counts of your own shelf. Each change is a line of the ledger, with your name."
    key = ("sku", "location")
    required = ("sku", "location")
    reads_not = (
        *("product", "title", "on_hand", "allocated", "in_transit", "as_of", "partner", "held"),
    )
    words = {
        "sku": "Our SKU.",
        "location": "Name of the location, one of your own.",
        "connection": "Short name of the connection it belongs to. Empty: your own.",
        "quantity": "The new number of available units. Or fill in change.",
        "change": "Units to add, or to take away with a minus.",
        "note": "Why, kept in the ledger. Empty: the name of the file.",
    }
    example = ("OWN-MUG-L", "Our fulfillment center", "", "40", "", "Stock-taking")

    sku = Field("variant__sku", "sku", Cell(100, required=True), readonly=True)
    location = Field("location__name", "location", Cell(required=True), readonly=True)
    quantity = Field(
        "available", "quantity", Whole(-MOST_UNITS, MOST_UNITS), saves_null_values=False
    )
    change = Field(None, "change", Whole(-MOST_UNITS, MOST_UNITS))
    note = Field(None, "note", Cell(300))

    class Meta:
        model = StockLevel
        fields = import_order = ("sku", "location", "quantity", "change", "note")

    @classmethod
    def key_of(cls, row: Row) -> tuple[str, ...]:
        """A place of another connection may be called like ours."""
        sku, place, connection = (
            str(row.get(name, "")).strip() for name in ("sku", "location", "connection")
        )
        return (sku, place, *([connection] if connection else [])) if sku and place else ()

    def load(self, rows: Sequence[Row]) -> None:
        """Variants, locations and their levels: three queries."""
        self.variants = VariantLookup({str(row["sku"]).strip() for row in rows})
        names = {str(row["location"]).strip() for row in rows}
        places = Location.objects.filter(name__in=names).select_related("connection")
        self.places: dict[tuple[str, str], list[Location]] = defaultdict(list)
        for place in places.order_by("pk"):
            self.places[place.name, place.connection.slug if place.connection else ""].append(place)
        levels = StockLevel.objects.filter(
            location__in=[one for found in self.places.values() for one in found],
            variant__in=[one.pk for one in self.variants.exact.values()],
        ).order_by("pk")
        levels = locked(levels) if self.locks else levels
        self.levels = {(one.location_id, one.variant_id): one for one in levels}

    def _place(self, row: Row) -> Location | None:
        name, slug = str(row["location"]).strip(), str(row.get("connection", "")).strip()
        found = [one for one in self.places.get((name, slug), []) if one.archived_at is None]
        return found[0] if len(found) == 1 else None

    def before_import_row(self, row: Row, **kwargs: Any) -> None:
        """What the row is about must be there before anything can be compared."""
        super().before_import_row(row, **kwargs)
        sku, errors = str(row["sku"]).strip(), {}
        if self.variants.get(sku) is None:
            errors["variant__sku"] = self.variants.why_not(sku)
        if self._place(row) is None:
            errors["location__name"] = self._no_place(row)
        if errors:
            raise ValidationError(errors)

    def _no_place(self, row: Row) -> str:
        name, slug = str(row["location"]).strip(), str(row.get("connection", "")).strip()
        if len(self.places.get((name, slug), [])) > 1:
            return f"More than one location is called “{name}”. Rename one of them first."
        others = [
            one for (place, _), found in self.places.items() if place == name for one in found
        ]
        if others and not slug and others[0].connection is not None:
            return f"{name} belongs to {others[0].connection}; change the stock there."
        return f"No location is called “{name}”."

    def find(self, row: Row) -> StockLevel | None:
        """The level, if the variant was ever counted there."""
        place, variant = self._place(row), self.variants.get(str(row["sku"]).strip())
        if place is None or variant is None:
            return None
        level = self.levels.get((place.pk, variant.pk))
        if level is not None:
            level.location, level.variant = place, variant
        return level

    def init_instance(self, row: Any = None) -> StockLevel:
        """Nothing was counted there yet."""
        variant = self.variants.get(str(row["sku"]).strip())
        level = StockLevel(location=self._place(row), variant=variant, available=0, on_hand=0)
        self.levels[level.location_id, level.variant_id] = level
        return level

    def import_instance(self, instance: Any, row: Row, **kwargs: Any) -> None:
        """The new number, from either column."""
        before = instance.available
        super().import_instance(instance, row, **kwargs)
        change = self._clean(row, "change")
        self._clean(row, "note")
        if change is None:
            return
        if str(row.get("quantity", "")).strip():
            raise ValidationError({"change": "Fill in quantity or change, not both."})
        instance.available = before + int(change)

    def _clean(self, row: Row, name: str) -> Any:
        """What belongs to no field of the level."""
        try:
            return self.fields[name].clean(row) if name in row else None
        except ValueError as exc:
            raise ValidationError({name: str(exc)}) from None

    def shown(self, instance: Any, row: Row) -> dict[str, str]:
        """Units, whichever column said so."""
        return {"quantity": str(instance.available)}

    def after_init_instance(self, instance: Any, new: bool, row: Row, **kwargs: Any) -> None:
        """A level nobody counted yet holds nothing."""
        super().after_init_instance(instance, False, row, **kwargs)
        self.planned[row[NUMBER]].instance = instance

    def check(self, instance: StockLevel, row: Row, *, new: bool) -> dict[str, str]:
        """The rules of adjusting by hand."""
        connection = instance.location.connection
        if connection is not None:
            words = f"{instance.location} belongs to {connection}; change the stock there."
            return {"location": words}
        if instance.available < 0:
            before = self.planned[row[NUMBER]].changes["quantity"][0]
            column = "change" if str(row.get("change", "")).strip() else "quantity"
            words = f"There are only {before} of {instance.variant} at {instance.location}."
            return {column: words}
        return {}

    def write(self, planned: Sequence[Planned]) -> None:
        """Through the ledger."""
        adjustments = []
        for one in planned:
            before, after = map(int, one.changes["quantity"])
            one.instance.available = before
            note = str(one.row.get("note", "")).strip() or f"Imported from {self.source}"
            adjustments.append(Adjustment(one.instance, after, note))
        adjust_many(adjustments, self.user)

    def logged(self, planned: Planned) -> None:
        """The ledger has it."""

    @classmethod
    def finish(cls, user: AbstractBaseUser | None, columns: set[str]) -> None:
        """Our store is told what may be sold now."""
        own = own_store()
        if own is not None and columns:
            trigger = SyncRun.Trigger.STAFF
            request_run(own, "publish_stock", trigger=trigger, user=user, again=True)
