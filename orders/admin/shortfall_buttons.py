"""What staff may decide about a line that is short: banner and buttons on the order's page."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin.links import page_of
from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from integrations.words import is_or_are
from orders.admin.remote_links import is_payment_service
from orders.models import PartnerOrderLine
from orders.services import shortfalls
from orders.services.holding import may_leave
from orders.services.shortfalls import (
    WAITS_FOR_STOCK,
    accept_shortfall,
    elsewhere,
)

APPROVE = "orders.approve_order"
BUTTONS = ("place_anyway", "wait_for_stock", "send_elsewhere")


def is_short(part: PartnerOrderLine) -> bool:
    """Whether staff may still choose."""
    return bool(part.short) and part.canceled_at is None and not part.is_sent


def describe_shortfall(part: PartnerOrderLine) -> tuple[str, str]:
    """(title, text) of the banner."""
    what = f"{part.short} of {part.quantity} {part.order_line.title}"
    title = f"{part.partner} is short: {what} {is_or_are(part.short)} not there."
    if part.hold_reason == WAITS_FOR_STOCK:
        return title, "It is held back, and goes on by itself when the units arrive."
    if _is_ours(part):
        text = "If it lies there, press It is there, and ship it; or choose something else here."
        return title.replace("not there", "not there by our numbers"), text
    others = elsewhere(part)
    have = f"{others[0].partner} has {others[0].free} free. " if others else ""
    text = "Choose here; or cancel the units with the customer in the store, it tells us."
    if is_payment_service(part.order_line.order.connection):
        text = "Choose here; or agree with the customer, and refund the units."
    return title, f"{have}{text}"


def _waits(part: PartnerOrderLine) -> bool:
    return part.hold_reason == WAITS_FOR_STOCK


def _elsewhere_form(request: HttpRequest, part: PartnerOrderLine | None) -> type[forms.Form]:
    found = elsewhere(part) if part else []

    class ElsewhereForm(forms.Form):
        partner = forms.TypedChoiceField(
            choices=[(one.partner.pk, f"{one.partner} ({one.free} free)") for one in found],
            coerce=lambda pk: next(one.partner for one in found if str(one.partner.pk) == pk),
        )

    return ElsewhereForm


def _is_ours(part: PartnerOrderLine) -> bool:
    return bool(part.partner and part.partner.is_us)


def _effect(part: PartnerOrderLine) -> str:
    """What follows, also where they refuse it: of a line alone there is no rest that could go."""
    if _is_ours(part):
        return f"All {part.quantity} count as lying on our shelf, whatever its numbers say."
    asked = f"{part.partner} is asked for all {part.quantity} although "
    asked += f"{part.short} {is_or_are(part.short)} not there. Their system may refuse "
    others = _beside(part)
    if not others:
        return f"{asked}it: then press Wait for stock here, or Give up on the partner order."
    rest = "the other line goes" if others == 1 else f"the other {others} lines go"
    then = "then hold this line on the partner order and press Retry there, and"
    return f"{asked}the whole order for it: {then} {rest}."


def _beside(part: PartnerOrderLine) -> int:
    """Lines that go with it."""
    if part.partner_order is None:
        return 0
    return part.partner_order.lines.filter(canceled_at=None).exclude(pk=part.pk).count()


@portal_action(
    "Place it anyway",
    perm=APPROVE,
    where=("inline",),
    available=is_short,
    why_not="it is not short any more, or its partner has it",
    naming=lambda part: "It is there" if _is_ours(part) else "Place it anyway",
    confirm=lambda part: f"{_effect(part)} Your decision is kept in the order's history.",
)
def place_anyway(
    admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[PartnerOrderLine]
) -> Told:
    """The shortfall is accepted."""
    part = queryset.get()
    accept_shortfall(part, _person(request))
    said = (
        f"{part} is there: ship it."
        if _is_ours(part)
        else f"{part} goes to {part.partner} as it is."
    )
    return _told(part, request, said)


@portal_action(
    "Wait for stock",
    perm=APPROVE,
    where=("inline",),
    available=lambda part: is_short(part) and not _waits(part) and may_leave(part),
    why_not="it waits already, or it was put up for sending",
)
def wait_for_stock(
    admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[PartnerOrderLine]
) -> Told:
    """Held until the units are there."""
    part = queryset.get()
    shortfalls.wait_for_stock(part, _person(request))
    return _told(part, request, f"{part} is held back until the units are there.")


@portal_action(
    "Send elsewhere",
    perm=APPROVE,
    where=("inline",),
    form=_elsewhere_form,
    available=lambda part: is_short(part) and may_leave(part) and bool(elsewhere(part)),
    why_not="no other partner has the missing units, or it was put up for sending",
    title="Send the missing units of {obj} to another partner?",
    submit="Send them there",
    confirm=lambda part: (
        f"{part.short} of {part.quantity} {'leaves' if part.short == 1 else 'leave'} "
        f"{part.partner} for the partner you choose; "
        "nobody was told of them yet."
    ),
)
def send_elsewhere(
    admin: ButtonAdmin,
    request: HttpRequest,
    queryset: QuerySet[PartnerOrderLine],
    partner: Any,
) -> Told:
    """The missing units come from somebody else."""
    part = queryset.get()
    units, go = part.short, "goes" if part.short == 1 else "go"
    shortfalls.send_elsewhere(part, partner, _person(request))
    return _told(part, request, f"{units} of {part.order_line.title} {go} to {partner}.")


def _told(part: PartnerOrderLine, request: HttpRequest, message: str) -> Told:
    order = part.order_line.order
    return Told(message, goto=page_of(order, request))


def _person(request: HttpRequest) -> Any:
    return request.user
