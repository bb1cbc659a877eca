"""Decisions on the page of an order: cancel it, ask partners for less, keep what comes."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.adminkit.actions import Told, portal_action
from config.adminkit.parts import icon
from orders.admin.address_buttons import AddressButtons
from orders.admin.once import once
from orders.admin.remote_links import (
    is_payment_service,
    remote_order_url,
    system_name,
    where_sold,
)
from orders.models import Order, PartnerOrder
from orders.services import decisions as service
from orders.services.approving import cancel_order
from orders.services.decisions import Decision, way_to_ask, why_not_ask
from orders.services.locking import live_parts
from orders.services.surplus import Over

CANCEL, APPROVE = "orders.cancel_order", "orders.approve_order"
AFTER_SEND = (Order.Attention.CHANGED_AFTER_SEND, Order.Attention.CANCELED_AFTER_SEND)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Reason, kept with the order",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def decisions(order: Order) -> list[Decision]:
    """What partners have too much of for it; nothing is read of an order that is in order."""
    if order.attention not in AFTER_SEND:
        return []
    found: list[Decision] = once(order, "open_decisions", service.decisions_of)
    return found


def _gone(order: Order) -> dict[Any, int]:
    if order.attention not in AFTER_SEND:
        return {}
    found: dict[Any, int] = once(order, "gone_units", service.gone)
    return found


def askable(order: Order) -> list[Decision]:
    """Those whose partner can be asked now."""
    return [decision for decision in decisions(order) if way_to_ask(decision)]


def to_keep(order: Order) -> list[Decision]:
    """Those no partner is being asked about."""
    return [decision for decision in decisions(order) if decision.asked is None]


def difference_lines(order: Order) -> list[str]:
    """Per partner what it was told and what is wanted, and what can be done about it."""
    lines = [_difference(decision) for decision in decisions(order)]
    if not lines or any(not decision.stoppable for decision in decisions(order)):
        for line, units in _gone(order).items():
            lines.append(f"{units} x {line.title} went to the customer and is not wanted any more.")
    return lines


def _difference(decision: Decision) -> str:
    told = "; ".join(_told(decision, over) for over in decision.overs)
    return f"{decision.row.partner} {told}. {why_not_ask(decision)}".strip()


def _told(decision: Decision, over: Over) -> str:
    part, order = over.part, decision.order
    kept = f" ({part.kept} of them kept)" if part.kept else ""
    wants = f"the customer now wants {part.order_line.quantity}"
    if order.canceled_at:
        wants = "the order is canceled"
    elif not part.order_line.quantity:
        wants = "it was taken out of the order"
    return f"was told {part.quantity} x {part.order_line.title}{kept}; {wants}"


def _effects(rows: list[tuple[str, str]]) -> SafeString:
    items = format_html_join(
        "", "<li>{}<span>{}</span></li>", ((icon(name), text) for name, text in rows)
    )
    return format_html('<ul class="effects">{}</ul>', items)


def _store_effect(order: Order) -> tuple[str, str]:
    url, name = remote_order_url(order.connection, order.external_id), system_name(order.connection)
    what = "refund" if is_payment_service(order.connection) else "cancel and refund"
    text = f"{order.connection or 'The store'} is not told: {what} it there."
    if not url:
        return "info", text
    return "info", format_html('{} <a href="{}">Open in {}</a>', text, url, name)


def ask_name(order: Order) -> str:
    """Who is asked, and for what."""
    found = askable(order)
    if len(found) != 1:
        return "Ask the partners"
    what = "cancel" if way_to_ask(found[0]) == "cancel" else "send less"
    return f"Ask {found[0].row.partner} to {what}"


def ask_effects(order: Order) -> SafeString:
    """What each partner is told, and what follows."""
    told = [("send", _question(decision)) for decision in askable(order)]
    then = "When they agree, the units are off the order. When they refuse, you can keep them."
    return _effects([*told, ("clock", then), _refund(order)])


def _question(decision: Decision) -> str:
    row = decision.row
    if way_to_ask(decision) == "cancel":
        return f"{row.partner} is told to cancel {_number(row)} as a whole: {decision.what}."
    numbers = ", ".join(
        f"{over.part.quantity - over.stoppable} instead of {over.part.quantity} "
        f"x {over.part.order_line.title}"
        for over in decision.overs
        if over.stoppable
    )
    return f"{row.partner} is told to send less with {_number(row)}: {numbers}."


def _number(row: PartnerOrder) -> str:
    return f"{row} ({row.external_number})" if row.external_number else str(row)


def _refund(order: Order) -> tuple[str, str]:
    where = where_sold(order.connection)
    return "info", f"The customer's money is not touched: refunds are made in {where}."


def keep_name(order: Order) -> str:
    """Keep what comes; of what went to the customer nothing comes."""
    return "Keep it" if to_keep(order) else "Note it"


def keep_effects(order: Order) -> SafeString:
    """Where the goods end up."""
    rows = [("box", _arrives(decision)) for decision in to_keep(order)]
    rows += [
        ("info", f"The customer has got {units} x {line.title} too many; this is noted.")
        for line, units in _gone(order).items()
    ]
    return _effects([*rows, ("info", "No partner is told anything."), _refund(order)])


def _arrives(decision: Decision) -> str:
    where = (
        "arrives at your center as surplus: count it into your shelf there"
        if decision.row.ship_to == PartnerOrder.ShipTo.CENTER
        else "goes to the customer all the same"
    )
    return f"{decision.what} from {decision.row.partner} {where}."


def choice_form(found: Any) -> Any:
    """A box to tick per partner order, where there are several."""

    def make(request: HttpRequest, order: Order) -> type[forms.Form]:
        rows = found(order)
        fields = {
            f"row_{one.row.pk}": forms.BooleanField(
                label=f"{one.row.partner}, {one.row}: {one.what}", initial=True, required=False
            )
            for one in (rows if len(rows) > 1 else [])
        }
        return type("ChoiceForm", (forms.Form,), fields)

    return make


def _chosen(found: list[Decision], ticked: dict[str, bool]) -> list[Decision]:
    return [one for one in found if not ticked or ticked.get(f"row_{one.row.pk}")]


def cancel_effects(order: Order) -> SafeString:
    """Which outside parties are told of a cancellation here: none of them at once."""
    parts = live_parts(order)
    sent = [part for part in parts if part.is_sent]
    told = {part.partner_order.pk: part.partner_order for part in sent if part.partner_order}
    rows = [
        ("warn", f"{row.partner} has it as {_number(row)} and is not told yet: you decide next.")
        for row in told.values()
    ]
    if len(sent) < len(parts):
        what = "What no partner was told of ends" if sent else "No partner was told of it: it ends"
        rows.append(("box", f"{what}, and its stock is free again."))
    return _effects([*rows, _store_effect(order)])


def _there_too(order: Order) -> str:
    """What is left to do where it was bought; a payment service has nothing to cancel."""
    if is_payment_service(order.connection):
        return "Refund it in the payment service." if order.paid_at else ""
    return "Cancel it in the store as well."


def may_cancel(order: Order) -> bool:
    """Whether there is something left to cancel."""
    return order.canceled_at is None and order.status not in ("shipped", "delivered")


class DecisionActions(AddressButtons):
    """Buttons for what an edit or a cancellation after sending leaves to a person."""

    @portal_action(
        "Ask the partner",
        perm=CANCEL,
        where=("inline",),
        icon="send",
        naming=ask_name,
        submit="Ask them",
        form=choice_form(askable),
        confirm=ask_effects,
        available=lambda order: bool(askable(order)),
        why_not="no partner can be asked now",
    )
    def ask(self, request: HttpRequest, queryset: QuerySet[Order], **ticked: bool) -> Told:
        """The partner is asked to cancel, or to send less."""
        order = queryset.get()
        chosen = _chosen(askable(order), ticked)
        for decision in chosen:
            service.ask_partner(order, decision.row, request.user)  # type: ignore[arg-type]
        names = ", ".join(str(decision.row.partner) for decision in chosen)
        return Told(f"{names or 'Nobody'} is asked. The page says what they answer.")

    @portal_action(
        "Keep it",
        perm=CANCEL,
        where=("inline",),
        icon="box",
        naming=keep_name,
        submit="Keep the goods",
        form=choice_form(to_keep),
        confirm=keep_effects,
        available=lambda order: bool(to_keep(order) or _gone(order)),
        why_not="nothing of it is undecided",
    )
    def keep(self, request: HttpRequest, queryset: QuerySet[Order], **ticked: bool) -> Told:
        """What is too many comes all the same."""
        order = queryset.get()
        rows = [decision.row for decision in _chosen(to_keep(order), ticked)]
        units = service.keep(order, request.user, rows)  # type: ignore[arg-type]
        return Told(f"{units} unit{'s' if units != 1 else ''} noted: no partner is told.")

    @portal_action(
        "Cancel order",
        perm=CANCEL,
        where=("menu",),
        icon="cancel",
        danger=True,
        form=CancelForm,
        title="Cancel {obj} here?",
        submit="Cancel the order",
        confirm=cancel_effects,
        available=may_cancel,
        why_not=lambda order: "canceled already" if order.canceled_at else "it was shipped",
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order], reason: str) -> Told:
        """Ends here what was not sent; the rest is decided next."""
        order = queryset.get()
        if not cancel_order(order, request.user, reason):  # type: ignore[arg-type]
            return Told(f"{order} was canceled meanwhile.", level="warning")
        url = remote_order_url(order.connection, order.external_id)
        after = " What a partner has is yours to decide." if order.attention else ""
        message = f"{order} is canceled here.{after} {_there_too(order)}".strip()
        name = f"Open in {system_name(order.connection)}" if url else ""
        return Told(message, url=url, link=name, after="Canceled")
