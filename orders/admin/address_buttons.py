"""Buttons for a new address that came after the order was sent."""

from django.db.models import QuerySet
from django.http import HttpRequest

from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from orders.admin.once import once
from orders.models import Order, PartnerOrder
from orders.services import address_news

APPROVE = "orders.approve_order"


def old_addresses(order: Order) -> list[PartnerOrder]:
    """Partner orders on their way to where the customer was before."""
    if order.attention != Order.Attention.CHANGED_AFTER_SEND:
        return []
    found: list[PartnerOrder] = once(order, "rows_elsewhere", address_news.old_addresses)
    return found


def tellable(order: Order) -> list[PartnerOrder]:
    """Those of them whose partner's system takes the new address."""
    return [row for row in old_addresses(order) if address_news.takes_addresses(row)]


def send_effects(order: Order) -> str:
    """Who is told."""
    names = ", ".join(f"{row.partner} ({row})" for row in tellable(order))
    return (
        f"{names} gets the address the order shows now. The order's history says what came of it."
    )


class AddressButtons(ButtonAdmin):
    """The partner's system is told, or a person tells them."""

    @portal_action(
        "Send the new address",
        perm=APPROVE,
        where=("inline",),
        icon="send",
        title="Send the new address of {obj}?",
        submit="Send it",
        confirm=send_effects,
        available=lambda order: bool(tellable(order)),
        why_not="no partner's system takes it",
    )
    def send_address(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """The partners' systems are told the new address."""
        count = address_news.send_address(queryset.get(), request.user)  # type: ignore[arg-type]
        if not count:
            return Told("Nobody is told: that changed meanwhile.", level="warning")
        return Told("The new address is on its way. The history says when they have it.")

    @portal_action(
        "They know the address",
        perm=APPROVE,
        where=("inline",),
        icon="check",
        title="Does the partner know where {obj} goes to?",
        submit="They know",
        confirm="Nothing is sent from here: say so when you told the partner, or when it stays.",
        available=lambda order: bool(old_addresses(order)),
        why_not="no partner ships to another address",
    )
    def address(self, request: HttpRequest, queryset: QuerySet[Order]) -> Told:
        """A person told the partner the new address."""
        address_news.agree_address(queryset.get(), request.user)  # type: ignore[arg-type]
        return Told("Noted: they know where it goes to.")
