"""Parcels in the admin: received at our center, shipped to customers, told to the store."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.export import export_csv
from catalog.admin.links import page_of
from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, Distinct, MultiChoice, rule_filter
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, copyable, link, when
from orders.admin.exports import ShipmentCsv
from orders.admin.shipment_page import shipment_context
from orders.admin.shipment_words import (
    BOUND,
    WORDS,
    bound_word,
    mail_words,
    publish_word,
    status_word,
)
from orders.models import Order, Shipment
from orders.services.center import CannotShip, at_center, receive_shipment
from orders.services.publishing import publish_again
from orders.services.status import units_to_customer

CHANGE = "orders.change_shipment"
Publish = Shipment.Publish
TO_RECEIVE = Q(bound_for="center", received_at=None) & ~Q(status="voided")
TO_PUBLISH = Q(publish_status__in=[Publish.PENDING, Publish.PUBLISHING, Publish.UNCONFIRMED])
FAILED = Q(publish_status=Publish.FAILED) | Q(status="exception", received_at=None)


def under_way(days: int) -> Callable[[], Q]:
    """Left so many days ago, and nobody has said since that it arrived."""
    moving = Q(status=Shipment.Status.IN_TRANSIT, received_at=None)
    return lambda: moving & Q(shipped_at__lt=timezone.now() - timedelta(days=days))


UNDER_WAY = rule_filter(
    "On the way",
    "under_way",
    ("3", "More than 3 days", under_way(3)),
    ("7", "More than a week", under_way(7)),
)


def can_receive(shipment: Shipment) -> bool:
    """Whether it is on its way to our center."""
    is_ours = shipment.bound_for == Shipment.BoundFor.CENTER
    return is_ours and shipment.received_at is None and shipment.status != "voided"


def count_form(request: HttpRequest, shipment: Shipment) -> type[forms.Form]:
    """The units of each line that were in the parcel, all of them by default."""
    fields: dict[str, Any] = {}
    for line in shipment.lines.select_related("order_line__order").order_by("pk"):
        fields[f"units_{line.pk}"] = forms.IntegerField(
            label=f"{line.order_line.title}, for {line.order_line.order}: units of {line.quantity}",
            initial=line.quantity,
            min_value=0,
            max_value=line.quantity,
        )
    return type("CountForm", (forms.Form,), fields)


def receive_once(shipment: Shipment, user: Any, counted: dict[int, int] | None = None) -> None:
    """Raises CannotShip if a colleague was faster."""
    if not receive_shipment(shipment, user, counted):
        raise CannotShip(f"{shipment} was received already.")


class ShipmentChangeList(KitChangeList):
    """Knows the e-mail about each parcel of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's page, then one query for all its rows together."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        words = mail_words([shipment.pk for shipment in self.result_list])
        for shipment in self.result_list:
            shipment.mail_word = words.get(shipment.pk, "")


@admin.register(Shipment)
class ShipmentAdmin(ShipmentCsv, SummaryAdmin):
    """Parcels partners report, and those we send from our center."""

    nav = Nav(group="Sell", order=40, icon="truck", key="s")
    nav_tone = "warn"
    list_display = ["head", "for_", "bound", "carrier_", "state", "shipped", "received_", "told"]
    list_filter = [
        rule_filter("Status", "state", *WORDS),
        ("carrier", Distinct),
        rule_filter("Bound for", "bound", *((one, BOUND[one], Q(bound_for=one)) for one in BOUND)),
        ("publish_status", MultiChoice.called("Store")),
        ("shipped_at", DateRange.called("Shipped")),
        UNDER_WAY,
    ]
    list_select_related = ["order__connection", "partner_order__partner"]
    ordering = ["-shipped_at", "-pk"]
    live = True
    search_fields = [
        *("=tracking_number", "=order__number", "=lines__order_line__order__number"),
        *("=partner_order__reference", "=partner_order__external_number"),
        *("tracking_number", "order__number", "partner_order__external_number"),
    ]
    search_help_text = "Tracking number, order, partner order"
    jump_fields = ("tracking_number",)
    views = (
        ("", "All", None, ""),
        ("receive", "To receive", TO_RECEIVE, "warn"),
        ("publish", "To publish", TO_PUBLISH, ""),
        ("failed", "Needs work", FAILED, "bad"),
    )
    comes_from = "store"
    empty_state = Empty(
        "No parcels yet",
        "They appear when a partner ships, or when you do.",
        "See partner orders",
        reverse_lazy("admin:orders_partnerorder_changelist"),
        "orders.view_partnerorder",
        "truck",
    )
    refusals = (CannotShip,)
    summary_template = "admin/orders/shipment/summary.html"
    summary_only = True

    def nav_rows(self, request: HttpRequest) -> QuerySet[Shipment]:
        """Parcels that wait for Received, and those that failed."""
        return Shipment.objects.filter(TO_RECEIVE | FAILED)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """With the e-mail about each row."""
        return ShipmentChangeList

    def summary(self, request: HttpRequest, obj: Shipment) -> dict[str, Any]:
        """The page of one parcel."""
        return shipment_context(obj, request)

    def detail_links(self, request: HttpRequest, obj: Shipment) -> list[tuple[str, str, str]]:
        """The carrier's page."""
        return [("Track it", obj.url, "open")] if obj.url else []

    # --- columns

    @column("Tracking", "m-a", "tracking_number")
    def head(self, obj: Shipment) -> str:
        """Its number, or ours while there is none."""
        return str(obj)

    @column("For", "m-c")
    def for_(self, obj: Shipment) -> SafeString:
        """The customer's order, or the partner order it belongs to."""
        if obj.order is not None:
            return link(page_of(obj.order), obj.order)
        placed = obj.partner_order
        return link(page_of(placed), placed)

    @column("Bound for", "p2", "bound_for")
    def bound(self, obj: Shipment) -> str:
        """Our center or the customer."""
        return bound_word(obj)

    @column("Carrier", "", "carrier")
    def carrier_(self, obj: Shipment) -> SafeString:
        """With its page where there is one, and the number to copy."""
        return copyable(obj.tracking_number, link(obj.url, obj.carrier or "Copy"))

    @column("Status", "m-b", "status")
    def state(self, obj: Shipment) -> SafeString:
        """Where it is."""
        return badge(status_word(obj))

    @column("Shipped", "num m-d", "shipped_at")
    def shipped(self, obj: Shipment) -> SafeString:
        """When it left."""
        return when(obj.shipped_at)

    @column("Received", "num p3", "received_at")
    def received_(self, obj: Shipment) -> SafeString:
        """When staff counted it."""
        return when(obj.received_at) if obj.received_at else SafeString("")

    @column("Store, mail", "p2")
    def told(self, obj: Any) -> SafeString:
        """Whether the store and the customer know."""
        if obj.bound_for == Shipment.BoundFor.CENTER:
            return SafeString("")
        mail = badge(obj.mail_word) if obj.mail_word else ""
        return format_html("{} {}", badge(publish_word(obj)), mail)

    # --- buttons

    @portal_action(
        "Count units",
        perm=CHANGE,
        where=("detail",),
        icon="list",
        form=count_form,
        title="What was in {obj}?",
        submit="Received",
        confirm="Write down what you counted; what is missing stays open at the partner order.",
        available=can_receive,
        why_not="it was received already",
    )
    def count(self, request: HttpRequest, queryset: QuerySet[Shipment], **units: int) -> Told:
        """Received with the units that were counted."""
        counted = {int(name.removeprefix("units_")): number for name, number in units.items()}
        shipment = queryset.get()
        receive_once(shipment, request.user, counted)
        return self._received([shipment], request)

    @portal_action(
        "Received",
        perm=CHANGE,
        where=("row", "detail", "bulk"),
        icon="check",
        primary=True,
        available=can_receive,
        why_not=lambda s: "received already" if s.received_at else "not bound for our center",
    )
    def receive(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> Told:
        """The whole parcel lies at our center."""
        rows = list(queryset)
        _, skipped = self.each(rows, lambda row: receive_once(row, request.user))  # type: ignore[arg-type]
        refused = {row.pk for row, _ in skipped}
        told = self._received([row for row in rows if row.pk not in refused], request)
        return Told(told.message, told.url, told.link, skipped=skipped, after="Received")

    @portal_action(
        "Publish again",
        perm=CHANGE,
        where=("row", "detail", "bulk"),
        icon="retry",
        primary=True,
        available=lambda shipment: shipment.publish_status == Publish.FAILED,
        why_not="the store did not refuse it",
    )
    def publish(self, request: HttpRequest, queryset: QuerySet[Shipment]) -> Told:
        """Tell the store once more, after looking whether it knows."""
        done, skipped = self.each(queryset, publish_again)
        parcels = "1 parcel is" if done == 1 else f"{done} parcels are"
        return Told(f"{parcels} told to the store again.", skipped=skipped, before="Failed")

    export_csv = export_csv  # the last button of the bulk bar

    def _received(self, shipments: list[Shipment], request: HttpRequest) -> Told:
        what = str(shipments[0]) if len(shipments) == 1 else f"{len(shipments)} parcels"
        complete = [order for order in orders_in(shipments) if is_complete(order)]
        if not complete:
            return Told(f"Received {what}.", after="Received")
        if len(complete) > 1:
            numbers = ", ".join(order.number for order in complete)
            return Told(f"Received {what}. {numbers} can be shipped now.", after="Received")
        order = complete[0]
        message = f"Received {what}. Everything of {order} is here."
        return Told(message, page_of(order, request), "Ship to customer", after="Received")


def orders_in(shipments: list[Shipment]) -> QuerySet[Order]:
    """The customers' orders with units in these parcels."""
    lines = Order.objects.filter(lines__shipped__shipment__in=shipments, canceled_at=None)
    return lines.distinct().order_by("pk")


def is_complete(order: Order) -> bool:
    """Whether everything that is still to be shipped lies at our center."""
    there, (shipped, _) = at_center(order), units_to_customer(order)
    lines = order.lines.filter(routable=True, quantity__gt=0)
    here = {line.pk: units for line, units in there.items()}
    return bool(here) and all(
        here.get(line.pk, 0) >= line.quantity - shipped[line.pk] for line in lines
    )
