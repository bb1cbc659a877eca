"""Stock levels: every variant at every location, and the ledger behind each number."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.export import export_csv
from catalog.admin.facts import LOW_STOCK
from catalog.admin.links import page_of
from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import MultiChoice, NumberRange, rule_filter
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import NOTHING, badge, copyable, two_lines, when
from integrations.admin.import_link import ImportLink
from integrations.models import Connection, SyncRun
from integrations.models.connection import StockAuthority
from integrations.services.run_requests import request_run
from inventory.admin.counting_rules import OBSERVED, is_observed, owner_of
from inventory.admin.files import StockCsv
from inventory.admin.incoming_facts import incoming_orders
from inventory.admin.ledger import level_facts
from inventory.admin.promised import held_by_spot
from inventory.admin.words import age_word, stock_word
from inventory.availability import sellable, sellable_many
from inventory.freshness import places_behind, said_at
from inventory.incoming import coming_units
from inventory.models import Location, StockLevel
from inventory.services.adjust import CannotAdjust, adjust_stock

MOST_UNITS = 1_000_000
UNITS = [
    ("Below 0", None, -1),
    ("None", 0, 0),
    (f"1 to {LOW_STOCK}", 1, LOW_STOCK),
    (f"More than {LOW_STOCK}", LOW_STOCK + 1, None),
]
OBSERVES = {"location__connection__stock_authority": StockAuthority.OBSERVE}
COUNTED = rule_filter(
    "Counts",
    "counts",
    ("yes", "Their number is ours", ~Q(**OBSERVES)),
    ("no", OBSERVED, OBSERVES),
)
AGE_TONES = {"Gone": "bad", "Stale": "warn", "Unreadable": "warn"}


def stock_schedules() -> str:
    """The schedules of stock runs, each with a button that runs it now."""
    return f"{reverse('admin:integrations_flowschedule_changelist')}?flow__in=stock"


class AdjustForm(forms.Form):
    """Units to add or take away, and why."""

    delta = forms.IntegerField(
        label="Change in units",
        min_value=-MOST_UNITS,
        max_value=MOST_UNITS,
        help_text="-2 takes two away, 5 adds five.",
    )
    reason = forms.CharField(label="Reason, kept in the ledger", max_length=300)

    def clean_delta(self) -> int:
        """Zero changes nothing."""
        delta: int = self.cleaned_data["delta"]
        if not delta:
            raise forms.ValidationError("Enter the units to add or to take away.")
        return delta


class LevelList(KitChangeList):
    """Knows what is held and what may be sold of each variant of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """Four queries for the whole page."""
        super().get_results(request)
        ids = {level.variant_id for level in self.result_list}
        held, units = held_by_spot(ids), sellable_many(ids)
        for level in self.result_list:
            level.held = held.get((level.variant_id, level.location.connection_id), 0)
            level.sellable = units.get(level.variant_id, 0)


@admin.register(StockLevel)
class StockLevelAdmin(ImportLink, StockCsv, SummaryAdmin):
    import_kind = "stock"
    nav = Nav(group="Stock", order=20, icon="stock", key="l", label="Stock levels")
    list_display = [
        "title", "sku", "place", "on_hand_", "held_", "available_", "sellable_", "incoming_",
        "state", "age",
    ]  # fmt: skip
    list_filter = [
        ("location", MultiChoice),
        ("location__connection", MultiChoice),
        COUNTED,
        ("available", NumberRange.called("Units", UNITS)),
    ]
    list_select_related = ["variant__product", "location__connection"]
    search_fields = [
        *("=variant__sku_key", "=variant__barcode"),
        *("variant__sku", "variant__product__title", "variant__title", "location__name"),
    ]
    search_help_text = "SKU, product, barcode, location"
    ordering = ["variant__product__title", "variant__sku", "pk"]
    refusals = (CannotAdjust,)
    views = [
        ("", "All", None, ""),
        ("out", "None available", {"available__lte": 0}, "bad"),
        ("stale", "Stale", lambda: Q(location__in=places_behind(timezone.now())), "warn"),
        ("gone", "Gone", {"missing_since__isnull": False}, "warn"),
        ("odd", "Unreadable", {"rejected_since__isnull": False}, "warn"),
        ("ours", "Our shelf", {"location__connection": None}, ""),
    ]
    comes_from = "partner"
    empty_state = Empty(
        "No stock yet",
        "Numbers appear after the first stock run of a partner whose products are imported.",
        "Start the first stock run",
        lazy(stock_schedules, str)(),
        "integrations.run_flow",
        "stock",
    )
    summary_template = "admin/inventory/stocklevel/summary.html"
    summary_only = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLevel]:
        """With what list, page and buttons name of a level; credentials are not read."""
        rows: QuerySet[StockLevel] = super().get_queryset(request)
        hidden = ("location__connection__secrets", "location__connection__tokens")
        rows = rows.select_related(*self.list_select_related).defer(*hidden)
        return rows.annotate(coming=coming_units("variant"))

    # --- list

    @column("SKU", "", "variant__sku")
    def sku(self, level: StockLevel) -> SafeString:
        return copyable(level.variant.sku)

    @column("Product", "m-a flex", "variant__product__title")
    def title(self, level: StockLevel) -> str:
        return level.variant.full_title

    @column("Location", "m-c p2 clip", "location__name")
    def place(self, level: StockLevel) -> SafeString:
        """With the connection its number is from; what is only observed says so."""
        owner = owner_of(level.location)
        if is_observed(level.location):
            owner = f"{owner}: {OBSERVED.lower()}"
        return two_lines(level.location.name, format_html('<span class="q">{}</span>', owner))

    @column("On hand", "num p3", "on_hand")
    def on_hand_(self, level: StockLevel) -> str | SafeString:
        return NOTHING if level.on_hand is None else f"{level.on_hand:,}"

    @column("Held by us", "num p4")
    def held_(self, level: Any) -> str:
        return f"{level.held:,}"

    @column("Available", "num", "available")
    def available_(self, level: StockLevel) -> str:
        return f"{level.available:,}"

    @column("Can be sold", "num m-d")
    def sellable_(self, level: Any) -> SafeString:
        return format_html("<b>{}</b>", f"{level.sellable:,}")

    @column("Incoming", "num p4")
    def incoming_(self, level: Any) -> str | SafeString:
        return f"{level.coming:,}" if level.coming else NOTHING

    @column("Stock", "m-b")
    def state(self, level: Any) -> SafeString:
        return badge(stock_word(level.sellable))

    @column("Age", "p2", "location__as_of")
    def age(self, level: StockLevel) -> SafeString:
        word = age_word(level, timezone.now())
        if word in ("Fresh", "Counted here"):
            return when(said_at(level))
        return format_html("{} {}", badge(word, AGE_TONES[word]), when(said_at(level)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        return LevelList

    export_csv = export_csv

    # --- page

    def summary(self, request: HttpRequest, obj: StockLevel) -> dict[str, Any]:
        facts = level_facts(obj, request)
        note = format_html("{}at {}", copyable(obj.variant.sku), obj.location.name)
        return facts | {
            "heading": obj.variant.full_title,
            "badges": [stock_word(facts["why"].sellable)],
            "incoming": incoming_orders(obj.variant),
            "head_note": note,
            "age": age_word(obj, timezone.now()),
            "said_at": said_at(obj),
        }

    @portal_action(
        "Adjust", perm="inventory.change_stocklevel", where=("detail",), icon="scale",
        title="Adjust {obj}", submit="Write to ledger", form=AdjustForm,
        confirm="What lies on our own shelf is counted here. The change is kept in the ledger "
        "with your name, and our store is told the new number.",
        available=lambda level: level.location.connection_id is None,
        why_not="its numbers come from the connected store, change them there",
    )  # fmt: skip
    def adjust(
        self, request: HttpRequest, queryset: QuerySet[StockLevel], delta: int, reason: str
    ) -> Told:
        """Add or take away units at our shelf."""
        level = queryset.select_related("location", "variant").get()
        user: Any = request.user
        after = adjust_stock(level.location, level.variant, delta, reason, user)
        units = sellable(level.variant)
        message = f"{after.available} of {level.variant} at {level.location}; {units} can be sold."
        return Told(message, before=str(level.available), after=str(after.available))

    @portal_action(
        "Ask the store now", perm="integrations.run_flow", where=("detail",), icon="sync",
        available=lambda level: _is_reachable(level.location),
        why_not="its location is not connected",
    )  # fmt: skip
    def sync_now(self, request: HttpRequest, queryset: QuerySet[StockLevel]) -> Told:
        """Ask the source for this SKU alone."""
        level = queryset.select_related("location__connection", "variant").get()
        user: Any = request.user
        run, is_new = request_run(
            level.location.connection,  # type: ignore[arg-type]
            "stock",
            trigger=SyncRun.Trigger.STAFF,
            user=user,
            params={"skus": [level.variant.sku]},
        )
        store = level.location.connection
        message = f"Asked {store} for {level.variant}." if is_new else f"{store} is asked already."
        return Told(message, url=page_of(run, request), link=f"See {run}")


def _is_reachable(location: Location) -> bool:
    connection = location.connection
    return connection is not None and connection.status == Connection.Status.ACTIVE
