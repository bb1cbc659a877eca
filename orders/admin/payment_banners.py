"""Banners about the money of an order: paid twice, disputed, of another amount, not given back."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from catalog.money import say_money
from integrations.models import Alert
from orders.admin.banner import Banner
from orders.admin.payment_buttons import payment_url
from orders.models import Order, OrderEvent
from orders.services.refund_decisions import left_to_refund

Links = list[tuple[str, str]]


def alarms_of_money(order: Order) -> list[Banner]:
    """Disputes and second payments that nobody saw to: they stand here as long as their alert."""
    kind = ContentType.objects.get_for_model(Order)
    about = {"content_type": kind, "object_id": order.pk, "kind": "payment", "closed_at": None}
    twice, disputed = f"paid_twice:{order.pk}:", f"dispute:{order.pk}:"
    ours = Q(fingerprint__startswith=twice) | Q(fingerprint__startswith=disputed)
    found = []
    for alert in Alert.objects.filter(ours, **about).order_by("pk"):
        prefix = disputed if alert.fingerprint.startswith(disputed) else twice
        maker = _disputed if prefix == disputed else _twice
        found.append(maker(order, alert, alert.fingerprint.removeprefix(prefix)))
    return found


def _disputed(order: Order, alert: Alert, payment: str) -> Banner:
    """The customer's bank asks for the money: an order in the works looks like any other."""
    told = _told(order, "disputed", payment)
    amount = f": {told['amount']}" if told.get("amount") else ""
    text = f"{told.get('reason', '')} {alert.advice}".strip()
    return Banner("bad", f"The payment is disputed{amount}.", text, [], _links(order, payment))


def _twice(order: Order, alert: Alert, payment: str) -> Banner:
    second = _amount_with(_told(order, "paid_twice", payment), payment)
    its = order.payment_reference
    first = _amount_with(_told(order, "paid", its), its)
    text = f"First {first}, then {second}. {alert.advice}"
    both: Links = [
        (f"Open {name}", url) for name in (its, payment) if (url := payment_url(order, name))
    ]
    return Banner("bad", "It was paid twice.", text, [], both)


def _told(order: Order, kind: str, payment: str) -> dict[str, Any]:
    """What its history keeps of a payment; empty where it was told before we kept it."""
    rows = OrderEvent.objects.filter(order=order, kind=kind, data__payment=payment)
    newest = rows.order_by("-pk").first()
    return dict(newest.data) if newest else {}


def _amount_with(told: dict[str, Any], payment: str) -> str:
    name = f"payment {payment}" if payment else "another payment"
    return f"{told['amount']} ({name})" if told.get("amount") else name


def mismatch(order: Order, store: Links) -> Banner:
    """What was paid is not what is owed: a person says whether it is for this order."""
    text = f"{order.payment_problem} Nothing is sent until you decide."
    actions: list[tuple[str, Any]] = [("accept_payment", order), ("refuse_payment", order)]
    links = [*_links(order, order.payment_reference), *store]
    return Banner("bad", "What was paid is not what is owed.", text, actions, links)


def money_left(order: Order) -> list[Banner]:
    """Of a canceled order that was paid: what happens with the money is for a person to say."""
    left = left_to_refund(order)
    if not left:
        return []
    title = f"{say_money(left, order.currency)} was paid and did not go back."
    text = "Pay it back where it was paid, or note what was decided. No money moves from here."
    links = _links(order, order.payment_reference)
    return [Banner("warn", title, text, [("note_refund", order)], links)]


def _links(order: Order, payment: str) -> Links:
    url = payment_url(order, payment)
    return [("Open the payment", url)] if url else []
