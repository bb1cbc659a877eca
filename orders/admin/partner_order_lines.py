"""Hold and Release of one customer line in a partner order: buttons on the partner order's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import link
from orders.admin import shortfall_buttons
from orders.models import PartnerOrderLine
from orders.services.holding import hold_line, may_leave, release_line
from orders.services.shortfalls import CannotSettle

SUBMIT = "orders.submit_partnerorder"


def can_hold(part: PartnerOrderLine) -> bool:
    """Whether no partner was told of it and it is not held yet."""
    return part.canceled_at is None and part.held_at is None and may_leave(part)


@admin.register(PartnerOrderLine)
class PartnerOrderLineAdmin(SummaryAdmin):
    """Not in the sidebar: a line is worked on at its partner order and its customer's order."""

    list_display = ["head", "order_", "partner_", "placed_"]
    list_select_related = ["partner", "partner_order", "order_line__order"]
    search_fields = [
        *("=variant__sku_key", "=order_line__order__number"),
        *("order_line__sku", "order_line__order__number"),
    ]
    search_help_text = "SKU, order"
    refusals = (CannotSettle,)
    comes_from = "store"
    empty_state = Empty(
        "No lines yet", "Each line of a customer's order is given to a partner here."
    )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of the order it belongs to."""
        part = self.get_object(request, object_id)
        if part is None or not self.has_view_permission(request, part):
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(page_of(part.partner_order) or page_of(part.order_line.order))

    @column("Line", "flex m-a")
    def head(self, obj: PartnerOrderLine) -> str:
        """Units and product."""
        return str(obj)

    @column("For order", "m-c")
    def order_(self, obj: PartnerOrderLine) -> SafeString:
        """The customer's order."""
        return link(page_of(obj.order_line.order), obj.order_line.order)

    @column("Partner", "m-b")
    def partner_(self, obj: PartnerOrderLine) -> str:
        """Who fulfills it, or why nobody does."""
        return str(obj.partner or obj.route_reason)

    @column("Partner order", "m-d")
    def placed_(self, obj: PartnerOrderLine) -> SafeString:
        """What carries it."""
        return link(page_of(obj.partner_order), obj.partner_order or "")

    @portal_action(
        "Hold",
        perm=SUBMIT,
        where=("inline",),
        available=can_hold,
        why_not="it was sent already",
    )
    def hold(self, request: HttpRequest, queryset: QuerySet[PartnerOrderLine]) -> Told:
        """It leaves the partner order until it is released."""
        part = queryset.get()
        if not hold_line(part, f"by {request.user.get_username()}", request.user):  # type: ignore[arg-type]
            raise Refused("It was sent while you looked. Nothing was changed.")
        return Told(f"{part} is held back. Release it when it may go with the next order.")

    @portal_action(
        "Release",
        perm=SUBMIT,
        where=("inline",),
        available=lambda part: part.held_at is not None and part.canceled_at is None,
        why_not="it is not held",
    )
    def release(self, request: HttpRequest, queryset: QuerySet[PartnerOrderLine]) -> Told:
        """It goes into the order that is open now."""
        part = queryset.get()
        release_line(part, request.user)  # type: ignore[arg-type]
        part = PartnerOrderLine.objects.select_related("partner_order").get(pk=part.pk)
        if part.partner_order is None:
            return Told(f"{part} is released and waits for its order's turn.")
        return Told(
            f"{part} goes with {part.partner_order}.",
            url=page_of(part.partner_order, request),
            link=f"Open {part.partner_order}",
        )

    place_anyway = shortfall_buttons.place_anyway
    wait_for_stock = shortfall_buttons.wait_for_stock
    send_elsewhere = shortfall_buttons.send_elsewhere
