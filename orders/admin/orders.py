"""Orders in the admin: the list, the page of one, and what staff decide about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.export import export_csv
from catalog.admin.links import page_of
from catalog.models import OrderTrigger
from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, copyable, money, when
from orders.admin import order_list
from orders.admin.exports import OrderCsv
from orders.admin.order_decisions import DecisionActions
from orders.admin.order_holding import HOLD_MANY, HoldForm, hold_effect
from orders.admin.order_page import order_context
from orders.admin.order_words import (
    WAITS_FOR_PARTNER,
    fulfillment_tone,
    fulfillment_word,
    payment_word,
    say_own_lines,
)
from orders.admin.payment_buttons import PaymentButtons
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.ship_form import lies_at_center, ship_form, who_hears
from orders.models import Order, OrderContact, OrderLine
from orders.services.approving import (
    approve_order,
    hold_order,
    release_order,
    reroute,
    say_routed,
    ship_ourselves,
)
from orders.services.center import CannotShip, ship_to_customer
from orders.services.closing import CannotSubmit
from orders.services.routing import canceled_before
from orders.services.waiting import needs_work

APPROVE = "orders.approve_order"


def is_open(order: Order) -> bool:
    """Whether staff may still decide something about it."""
    return order.canceled_at is None and order.status not in ("shipped", "delivered")


def waits_for_approval(order: Order) -> bool:
    """Whether a line goes to a partner only once staff approved the order."""
    if order.approved_at or not is_open(order):
        return False
    return order.lines.filter(
        parts__canceled_at=None,
        parts__partner__trigger=OrderTrigger.APPROVED,
        parts__partner_order=None,
    ).exists()


@admin.register(Order)
class OrderAdmin(OrderCsv, DecisionActions, PaymentButtons, SummaryAdmin):
    """Customers' orders: lines and prices belong to the store, staff approve, hold and ship."""

    nav = Nav(group="Sell", order=10, icon="order", key="o")
    list_display = ["head", "customer", "paid", "state", "by", "items", "total_", "track", "placed"]
    list_filter = order_list.FILTERS
    list_select_related = ["contact"]
    ordering = ["-placed_at", "-pk"]
    live = True
    search_fields = [
        *("=number", "=contact__email", "=lines__variant__sku_key", "=lines__sku"),
        "=payment_reference",
        "=lines__shipped__shipment__tracking_number",
        *("number", "external_id", "contact__email", "contact__name", "lines__sku"),
        "lines__shipped__shipment__tracking_number",
    ]
    search_help_text = "Number, customer, e-mail, tracking, SKU, payment"
    jump_fields = ("number",)
    views = order_list.TABS
    comes_from = "store"
    empty_state = order_list.EMPTY
    refusals = (CannotShip, CannotSubmit)
    summary_template = "admin/orders/order/summary.html"
    summary_only = True
    slow_views = ("ready",)

    def nav_rows(self, request: HttpRequest) -> QuerySet[Order]:
        """Orders that need work."""
        return Order.objects.filter(needs_work())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """With the facts of each row."""
        return order_list.OrderChangeList

    def summary(self, request: HttpRequest, obj: Order) -> dict[str, Any]:
        """The page of one order."""
        return order_context(obj, request)

    def detail_links(self, request: HttpRequest, obj: Order) -> list[tuple[str, str, str]]:
        """Its page in the store."""
        url = remote_order_url(obj.connection, obj.external_id)
        return [(f"Open in {system_name(obj.connection)}", url, "open")] if url else []

    # --- columns

    @column("Order", "m-a", "number")
    def head(self, obj: Order) -> str:
        """Its number."""
        return str(obj.number)

    @column("Customer", "flex m-e")
    def customer(self, obj: Order) -> str:
        """The contact's name, while it is known."""
        contact: OrderContact | None = getattr(obj, "contact", None)
        if contact is None or contact.redacted_at:
            return "Redacted"
        return contact.name or contact.email

    @column("Payment", "", "paid_at")
    def paid(self, obj: Order) -> SafeString:
        """Badge of the money."""
        return badge(payment_word(obj))

    @column("Fulfillment", "m-c", "status")
    def state(self, obj: Any) -> SafeString:
        """Badge of the goods: what needs work comes first."""
        waits_for = obj.row_facts.waits_for
        word, tone = fulfillment_word(obj, waits_for), fulfillment_tone(obj, waits_for)
        if tone is None:
            return badge(word)
        # Who the partner is stands in the next column; the name is whole under the mouse.
        return format_html('<span title="{}">{}</span>', word, badge(WAITS_FOR_PARTNER, tone))

    @column("Fulfilled by", "p2 clip")
    def by(self, obj: Any) -> str:
        """The first partner, and how many more."""
        names = obj.row_facts.partners
        return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)

    @column("Items", "num p3")
    def items(self, obj: Any) -> int:
        """Units of all lines."""
        return int(obj.row_facts.items)

    @column("Total", "num m-b", "total")
    def total_(self, obj: Order) -> SafeString:
        """What the customer owes."""
        return money(obj.total, obj.currency)

    @column("Tracking", "p3")
    def track(self, obj: Any) -> SafeString:
        """The first parcel to the customer."""
        parcels = obj.row_facts.tracking
        return copyable(parcels[0].tracking_number) if parcels else SafeString("")

    @column("Ordered", "num m-d", "placed_at")
    def placed(self, obj: Order) -> SafeString:
        """When the customer bought."""
        return when(obj.placed_at)

    # --- buttons; of several primary ones that fit, the last one is shown as such

    @portal_action(
        "Ship to customer",
        perm="orders.change_shipment",
        where=("detail",),
        icon="truck",
        primary=True,
        form=ship_form,
        title="Ship {obj} to the customer",
        submit="Ship",
        available=lies_at_center,
        why_not="nothing of it lies at our center",
        confirm=lambda order: f"{who_hears(order)} an e-mail with the number.",
    )
    def ship(
        self,
        request: HttpRequest,
        queryset: QuerySet[Order],
        carrier: str,
        tracking_number: str,
        **units: int | None,
    ) -> Told:
        """One parcel with what lies at our center, or with the units that were typed."""
        order = queryset.get()
        counted = {int(name.removeprefix("units_")): n or 0 for name, n in units.items()}
        parcel = ship_to_customer(order, request.user, carrier, tracking_number, counted)  # type: ignore[arg-type]
        before, after = order.get_status_display(), parcel.order.get_status_display()  # type: ignore[union-attr]
        words = f"{parcel.carrier} {parcel.tracking_number}".strip()
        return Told(
            f"{words} is on its way. {who_hears(order)} an e-mail.",
            url=page_of(parcel, request),
            link="See the parcel",
            before=before,
            after=after,
        )

    @portal_action(
        "Approve",
        perm=APPROVE,
        where=("detail", "bulk"),
        icon="check",
        primary=True,
        available=waits_for_approval,
        why_not="no line waits for an approval of the order; "
        "a partner order is approved on its own page",
    )
    def approve(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """Lines of partners whose trigger is an approval may go."""
        done, skipped = self.each(queryset, lambda order: approve_order(order, request.user))  # type: ignore[arg-type]
        return Told(_say(done, "approved", "its lines go to their partners"), skipped=skipped)

    @portal_action(
        "We ship it",
        perm=APPROVE,
        where=("inline",),
        icon="box",
        title="Ship the lines of {obj} that have no partner ourselves?",
        submit="We ship it",
        confirm=say_own_lines,
        available=lambda order: order.attention == Order.Attention.UNROUTED,
        why_not="every line has a partner",
    )
    def ship_ourselves(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """Goods of our own that no partner lists."""
        taken = ship_ourselves(queryset.get(), request.user)  # type: ignore[arg-type]
        return Told(f"{taken} line{'s' if taken != 1 else ''} will be shipped from your center.")

    @portal_action(
        "Route again",
        perm=APPROVE,
        where=("row", "inline", "bulk"),
        icon="route",
        available=lambda order: order.attention == Order.Attention.UNROUTED,
        why_not="every line has a partner",
    )
    def route(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """Look once more for a partner of the unrouted lines."""
        found = [part for order in queryset for part in reroute(order, request.user)]  # type: ignore[arg-type]
        if not found:
            waiting = {"parts__isnull": False, "parts__partner": None, "parts__canceled_at": None}
            lines = OrderLine.objects.filter(order__in=queryset, variant=None, **waiting)
            known = not lines.exists()
            fix = (
                "Press We ship it, or wait for a partner."
                if known
                else "Import the product first; if it is your own, press We ship it."
            )
            return Told(f"Still no partner lists it. {fix}", level="warning")
        again = any(canceled_before(part) for part in found)
        return Told(say_routed(found), level="warning" if again else "success")

    @portal_action(
        "Hold",
        perm=APPROVE,
        where=("detail", "bulk"),
        icon="hold",
        form=HoldForm,
        title="Hold {obj}?",
        confirm=hold_effect,
        confirm_many=HOLD_MANY,
        available=lambda order: is_open(order) and order.held_at is None,
        why_not=lambda order: "on hold already" if order.held_at else "nothing left to hold",
    )
    def hold(self, request: HttpRequest, queryset: QuerySet[Order], reason: str) -> Told:
        """Keep what was not sent."""
        done, skipped = self.each(queryset, lambda order: hold_order(order, request.user, reason))  # type: ignore[arg-type]
        return Told(_say(done, "on hold", "nothing more of it is sent"), skipped=skipped)

    @portal_action(
        "Release",
        perm=APPROVE,
        where=("row", "detail", "bulk"),
        icon="play",
        primary=True,
        available=lambda order: order.held_at is not None and order.canceled_at is None,
        why_not="not on hold",
    )
    def release(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """Let it go on."""
        done, skipped = self.each(queryset, lambda order: release_order(order, request.user))  # type: ignore[arg-type]
        return Told(_say(done, "released", "its lines go to their partners"), skipped=skipped)

    export_csv = export_csv  # the last button of the bulk bar


def _say(done: int, what: str, effect: str) -> str:
    return f"{done} order{'s' if done != 1 else ''} {what}: {effect}."
