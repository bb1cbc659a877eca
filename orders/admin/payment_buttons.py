"""Buttons about money: a payment that does not fit, and what a canceled order leaves open."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import ValidationError

from catalog.money import say_money
from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.services.connections import provider_for
from orders.admin.remote_links import is_payment_service, played
from orders.models import Order
from orders.services.refund_decisions import left_to_refund, note_refund
from orders.services.refunds import accept_payment, refuse_payment

APPROVE, CANCEL = "orders.approve_order", "orders.cancel_order"


class NoteForm(forms.Form):
    note = forms.CharField(
        label="What was decided, kept with the order",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def payment_url(order: Order, payment: str) -> str:
    """Where staff look at a payment of it; empty where no system here has such a page.

    An order of a store may be paid through a payment service that is connected beside it.
    """
    if not payment:
        return ""
    own = _page_there(order.connection, payment) if order.connection else ""
    return own or next(filter(None, (_page_there(one, payment) for one in _services())), "")


def _services() -> list[Connection]:
    live = Connection.objects.exclude(status=Connection.Status.ARCHIVED).order_by("pk")
    return [one for one in live if is_payment_service(one)]


def _page_there(connection: Connection, payment: str) -> str:
    try:
        url = provider_for(connection).payment_url(payment)
    except (ProviderError, LookupError, ValidationError, ValueError):
        return ""
    return played(connection, url)


def decide_effects(order: Order) -> str:
    """No money moves."""
    left = say_money(left_to_refund(order), order.currency)
    return f"{left} was paid and did not go back. No money moves from here: say what was decided."


class PaymentButtons(ButtonAdmin):
    """What a person decides about the money of an order."""

    @portal_action(
        "Accept the payment",
        perm=APPROVE,
        where=("inline",),
        icon="check",
        title="Is {obj} paid?",
        submit="It is paid",
        confirm=lambda order: f"{order.payment_problem} The order counts as paid and goes on.",
        available=lambda order: bool(order.payment_problem),
        why_not="no payment is in question",
    )
    def accept_payment(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """What was paid is right as it is."""
        order = queryset.get()
        if not accept_payment(order, request.user):  # type: ignore[arg-type]
            return Told("Somebody decided that meanwhile.", level="warning")
        return Told(f"{order} is paid and goes on.")

    @portal_action(
        "Not for this order",
        perm=APPROVE,
        where=("inline",),
        icon="cancel",
        title="Is the payment for another order?",
        submit="It is not for it",
        confirm="The order stays on hold and unpaid.",
        available=lambda order: bool(order.payment_problem),
        why_not="no payment is in question",
    )
    def refuse_payment(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """The payment belongs elsewhere."""
        order = queryset.get()
        if not refuse_payment(order, request.user):  # type: ignore[arg-type]
            return Told("Somebody decided that meanwhile.", level="warning")
        return Told(f"Noted. {order} stays on hold and unpaid.")

    @portal_action(
        "Note the refund decision",
        perm=CANCEL,
        where=("inline",),
        icon="check",
        form=NoteForm,
        title="What happens with the money of {obj}?",
        submit="Note it",
        confirm=decide_effects,
        available=lambda order: bool(left_to_refund(order)),
        why_not="no money is left to decide about",
    )
    def note_refund(self, request: HttpRequest, queryset: QuerySet[Order], **given: Any) -> Told:
        """What was decided about the money."""
        order = queryset.get()
        if not note_refund(order, request.user, given["note"]):  # type: ignore[arg-type]
            return Told("Somebody noted that meanwhile.", level="warning")
        return Told("Noted with the order.")
