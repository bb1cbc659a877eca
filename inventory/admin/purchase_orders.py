"""Purchase orders: what we buy, as the ERP has it."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.export import CsvLink, add_csv_page, export_csv
from config.adminkit.actions import Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import ComingRange, DateRange, Distinct, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import NOTHING, badge, copyable, money, when
from integrations.admin.import_link import ImportLink
from integrations.models import Connection, ExternalRef
from inventory.admin.pull_orders_page import NarrowForm, ask, can_read
from inventory.admin.purchase_order_csv import PurchaseOrderResource
from inventory.admin.purchase_order_page import order_facts
from inventory.models import PurchaseOrder
from inventory.models.purchase_orders import OPEN_STATUSES

RUN = "integrations.run_flow"
UNKNOWN = "Unknown there"
Status = PurchaseOrder.Status
OPEN = Q(status__in=OPEN_STATUSES)
ARRIVED = Q(status__in=[Status.RECEIVED, Status.COMPLETED])


def overdue() -> Q:
    """Open, and expected before today."""
    return OPEN & Q(expected_on__lt=timezone.localdate())


def is_overdue(order: PurchaseOrder) -> bool:
    """The same of one order."""
    on = order.expected_on
    return order.status in OPEN_STATUSES and on is not None and on < timezone.localdate()


def received_bar(order: PurchaseOrder) -> SafeString:
    """Units received of those ordered."""
    words = f"{order.received_units:,} / {order.ordered_units:,}"
    if not order.ordered_units:
        return NOTHING
    return format_html(
        '<progress value="{}" max="{}" aria-label="Received">{}</progress> {}',
        min(order.received_units, order.ordered_units), order.ordered_units, words, words,
    )  # fmt: skip


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ImportLink, CsvLink, SummaryAdmin):
    """Theirs: nothing is added, edited or deleted here."""

    import_kind = "purchase_orders"
    resource, csv_page, csv_name = PurchaseOrderResource, "purchase_orders_csv", "purchase-orders"
    nav = Nav(group="Stock", order=30, icon="list", label="Purchase orders")
    nav_tone = "warn"
    list_display = [
        "head", "supplier_", "state", "ordered", "expected", "received_", "total_", "theirs",
        "synced",
    ]  # fmt: skip
    list_filter = [
        ("status", MultiChoice.called("Status")),
        ("supplier", Distinct),
        ("warehouse", Distinct),
        ("ordered_on", DateRange.called("Ordered")),
        ("expected_on", ComingRange.called("Expected")),
    ]
    list_select_related = ["connection"]
    search_fields = ["=number", "number", "supplier", "lines__sku"]
    search_help_text = "Number, supplier, SKU, their id"
    jump_fields = ("number",)
    ordering = [F("ordered_on").desc(nulls_last=True), "-pk"]
    views = (
        ("", "Open", OPEN, ""),
        ("overdue", "Overdue", overdue, "bad"),
        ("received", "Received", ARRIVED, ""),
        ("canceled", "Canceled", Q(status=Status.CANCELED), ""),
        ("all", "All", None, ""),
    )
    comes_from = "purchases"
    empty_state = Empty(
        "No purchase orders yet",
        "They appear with the first run of purchase orders of the ERP.",
        "Run now",
        reverse_lazy("admin:pull_purchase_orders"),
        RUN,
        "sync",
    )
    summary_template = "admin/inventory/purchaseorder/summary.html"
    summary_only = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrder]:
        """Each with their id and when they last said something new."""
        refs = ExternalRef.objects.filter(
            connection=OuterRef("connection"),
            kind=ExternalRef.Kind.PURCHASE_ORDER,
            object_id=OuterRef("pk"),
        )
        rows: QuerySet[PurchaseOrder] = super().get_queryset(request)
        return rows.annotate(
            their_id=Subquery(refs.values("external_id")[:1]),
            said_at=Subquery(refs.values("seen_at")[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By their id too, which is in another table."""
        found, several = super().get_search_results(request, queryset, search_term)
        refs = ExternalRef.objects.filter(
            kind=ExternalRef.Kind.PURCHASE_ORDER, external_id=search_term.strip()
        )
        if ids := list(refs.values_list("object_id", flat=True)[:50]):
            found = queryset.filter(Q(pk__in=ids) | Q(pk__in=found.values("pk")))
        return found, several

    def nav_rows(self, request: HttpRequest) -> QuerySet[PurchaseOrder]:
        """The overdue ones."""
        return PurchaseOrder.objects.filter(overdue())

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """Run now, and the file."""
        links = super().list_links(request)
        if not request.user.has_perm(RUN):
            return links
        return [("Run now", reverse("admin:pull_purchase_orders"), "sync"), *links]

    # --- list

    @column("Number", "m-a", "number")
    def head(self, order: PurchaseOrder) -> str:
        return order.number

    @column("Supplier", "m-c flex", "supplier")
    def supplier_(self, order: PurchaseOrder) -> str:
        return order.supplier

    @column("Status", "m-b", "status")
    def state(self, order: PurchaseOrder) -> SafeString:
        shown = badge(order.get_status_display())
        if order.status_known:
            return shown
        return format_html("{} {}", shown, badge(UNKNOWN))

    @column("Ordered", "p2", "ordered_on")
    def ordered(self, order: PurchaseOrder) -> str | SafeString:
        return f"{order.ordered_on:%b %d, %Y}" if order.ordered_on else NOTHING

    @column("Expected", "m-d", "expected_on")
    def expected(self, order: PurchaseOrder) -> str | SafeString:
        if order.expected_on is None:
            return NOTHING
        on = f"{order.expected_on:%b %d, %Y}"
        return format_html("{} {}", on, badge("Overdue")) if is_overdue(order) else on

    @column("Received", "num", "received_units")
    def received_(self, order: PurchaseOrder) -> SafeString:
        return received_bar(order)

    @column("Total", "num p2", "total")
    def total_(self, order: PurchaseOrder) -> SafeString:
        return money(order.total, order.currency or "USD") if order.currency else _plain(order)

    @column("Their id", "p4")
    def theirs(self, order: Any) -> SafeString:
        return copyable(order.their_id)

    @column("Last change seen", "p3")
    def synced(self, order: Any) -> SafeString:
        return when(order.said_at)

    # --- page

    @portal_action(
        "Run now", perm=RUN, where=("detail",), icon="sync", form=NarrowForm, submit="Run now",
        title="Bring in purchase orders now?",
        confirm="Without dates and status it brings in what changed since the last run.",
        available=lambda order: can_read(order.connection_id),
        why_not="the system it comes from is not connected",
    )  # fmt: skip
    def run_now(self, request: HttpRequest, queryset: QuerySet[PurchaseOrder], **data: Any) -> Told:
        """Ask the system it comes from."""
        order = queryset.select_related("connection").get()
        return ask(request, cast("Connection", order.connection), data)

    export_csv = export_csv

    def summary(self, request: HttpRequest, obj: PurchaseOrder) -> dict[str, Any]:
        words = [obj.get_status_display(), *(["Overdue"] if is_overdue(obj) else [])]
        words += [] if obj.status_known else [UNKNOWN]
        facts = order_facts(obj, request)
        return facts | {"heading": obj.number, "badges": words, "bar": received_bar(obj)}


def _plain(order: PurchaseOrder) -> SafeString:
    """They did not say the currency, so none is shown."""
    return NOTHING if order.total is None else format_html("{}", f"{order.total:,.2f}")


add_csv_page(PurchaseOrder, "inventory/purchase-orders.csv", "purchase_orders_csv")
