"""Locations: where stock is, whether it may be sold, and the address of our fulfillment center."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from catalog.models import Variant
from catalog.skus import find_variant
from config.adminkit.actions import Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.nav import Nav
from config.adminkit.options import KitAdmin, column
from config.adminkit.parts import badge, when
from inventory.admin.address_form import PARTS, PREFIX, LocationForm
from inventory.admin.levels import AdjustForm
from inventory.models import Location
from inventory.services.adjust import CannotAdjust, adjust_stock

ADDRESS = [
    (f"{PREFIX}name", f"{PREFIX}company"),
    (f"{PREFIX}street1", f"{PREFIX}street2"),
    (f"{PREFIX}city", f"{PREFIX}state"),
    (f"{PREFIX}zip", f"{PREFIX}country"),
    f"{PREFIX}phone",
]


class PutForm(AdjustForm):
    """What is put on the shelf or taken from it."""

    sku = forms.CharField(label="SKU", max_length=100)
    field_order = ["sku", "delta", "reason"]

    def clean_sku(self) -> Variant:
        """The variant. Raises ValidationError with the reason why there is none."""
        variant, reason = find_variant(self.cleaned_data["sku"].strip())
        if variant is None:
            raise forms.ValidationError(reason)
        return variant


@admin.register(Location)
class LocationAdmin(KitAdmin):
    nav = Nav(group="Stock", order=25, icon="map", label="Locations")
    nav_tone = "warn"
    form = LocationForm
    actions = None
    list_display = ["head", "store", "variants_", "serves_", "address_", "as_of_"]
    list_select_related = ["connection"]
    search_fields = ["name"]
    ordering = [F("connection").asc(nulls_first=True), "name"]
    refusals = (CannotAdjust,)
    comes_from = "partner"
    empty_state = Empty("No locations yet", "They appear with the first stock run of a partner.")
    summary_template = "admin/inventory/location/summary.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        rows: QuerySet[Location] = super().get_queryset(request)
        return rows.annotate(variants=Count("levels"))

    def nav_rows(self, request: HttpRequest) -> QuerySet[Location]:
        """1 while parcels to us have no address."""
        return Location.objects.filter(connection=None, address__isnull=True)

    # --- list

    @column("Location", "m-a", "name")
    def head(self, location: Location) -> str:
        return location.name

    @column("Store", "m-c", "connection__name")
    def store(self, location: Location) -> str:
        return location.connection.name if location.connection else "Ours"

    @column("Variants", "num", "variants")
    def variants_(self, location: Any) -> str:
        return f"{location.variants:,}"

    @column("Stock may be sold", "m-b", "serves")
    def serves_(self, location: Location) -> SafeString:
        return badge("Sold from", "ok") if location.serves else badge("Not counted", "mute")

    @column("Address", "flex")
    def address_(self, location: Location) -> str | SafeString:
        if location.connection_id:
            return ""
        return one_line(location) or badge("Missing", "bad")

    @column("Last complete count", "p2", "as_of")
    def as_of_(self, location: Location) -> SafeString | str:
        return when(location.as_of) if location.connection_id else ""

    # --- page

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        place = {
            "fields": ["name", "serves"],
            "description": "Where stock lies. Its numbers are those of the connected store."
            if obj and obj.connection_id
            else "Our own shelf: counted here by hand.",
        }
        if obj and obj.connection_id:
            return [("Location", place)]
        center = {
            "fields": ADDRESS,
            "description": "Partners ship center-bound orders here. Nothing center-bound is "
            "sent to a partner until this is filled in.",
        }
        return [("Location", place), ("Fulfillment center", center)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name"] if obj and obj.connection_id else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ours is there from the start; the others come with their store."""
        return False

    def summary(self, request: HttpRequest, obj: Location) -> dict[str, Any]:
        is_ours = obj.connection_id is None
        return {
            "is_ours": is_ours,
            "address": [
                (part, value) for part in PARTS if (value := (obj.address or {}).get(part))
            ],
            "needs_address": is_ours and not obj.address,
            "connection_url": page_of(obj.connection, request),
            "summary_only": not self.has_change_permission(request, obj),
        }

    @portal_action(
        "Add stock", perm="inventory.change_stocklevel", where=("detail",), icon="plus",
        title="Add stock at {obj}", submit="Write to ledger", form=PutForm,
        confirm="For goods that came back or were left over. The change is kept in the ledger.",
        available=lambda location: location.connection_id is None,
        why_not="its numbers come from the connected store",
    )  # fmt: skip
    def put(
        self,
        request: HttpRequest,
        queryset: QuerySet[Location],
        sku: Variant,
        delta: int,
        reason: str,
    ) -> Told:
        """Put a variant on our shelf that may never have been here."""
        user: Any = request.user
        level = adjust_stock(queryset.get(), sku, delta, reason, user)
        message = f"{level.available} of {sku} at {level.location}."
        return Told(message, url=page_of(level, request), link="See the ledger")


def one_line(location: Location) -> str:
    """The address on one line."""
    address = location.address or {}
    town = " ".join(filter(None, (address.get(p, "") for p in ("city", "state", "zip"))))
    first = address.get("company") or address.get("name", "")
    parts = (first, address.get("street1"), town, address.get("country"))
    return ", ".join(part for part in parts if part)
