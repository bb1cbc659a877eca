"""The page of one order: everything its template shows."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html

from catalog.admin.links import page_of, short_id
from config.adminkit.parts import when
from integrations.models import Connection
from orders.admin.order_banners import banners
from orders.admin.order_facts import OrderFacts
from orders.admin.order_lines import line_rows
from orders.admin.order_steps import steps
from orders.admin.order_words import fulfillment_tone, fulfillment_word, payment_word
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.shipment_words import ShipmentRow, shipment_rows
from orders.admin.timeline import order_timeline
from orders.models import Order, OrderContact


def order_context(order: Order, request: HttpRequest) -> dict[str, Any]:
    """Context of admin/orders/order/summary.html."""
    facts = OrderFacts(order)
    rows, parcels = line_rows(facts), shipment_rows(facts.shipments)
    items = sum(line.quantity for line in facts.lines)
    words = [payment_word(order), fulfillment_word(order, facts.waits_for)]
    tones = [None, fulfillment_tone(order, facts.waits_for)]
    partners = len(
        {part.partner for part in facts.parts if part.partner and not part.partner.is_us}
    )
    return {
        "badges": words,
        "toned": list(zip(words, tones, strict=True)),
        "head_note": format_html("Ordered {} in {}", when(order.placed_at), order.connection),
        "banners": banners(facts),
        "steps": steps(facts),
        "rows": rows,
        "lines_note": f"{_count(items, 'item')}, {_count(partners, 'partner')}",
        "shipments": parcels,
        "shipments_note": _on_the_way(parcels),
        "events": order_timeline(order, facts.partner_orders),
        "contact": _contact(order),
        "payment": _payment(facts),
        "numbers": _numbers(facts, request),
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _on_the_way(rows: list[ShipmentRow]) -> str:
    to_customer = [row for row in rows if row.shipment.bound_for == "customer"]
    return f"{len(to_customer)} to the customer" if to_customer else ""


def _contact(order: Order) -> dict[str, Any]:
    contact: OrderContact | None = getattr(order, "contact", None)
    if contact is None or contact.redacted_at:
        return {"redacted": contact.redacted_at if contact else None}
    place = " ".join(filter(None, [contact.city, contact.state, contact.zip]))
    address = [contact.company, contact.street1, contact.street2, place, contact.country]
    return {"person": contact, "address": [line for line in address if line]}


def _payment(facts: OrderFacts) -> dict[str, Any]:
    return {
        "items": sum((line.price * line.quantity for line in facts.lines), Decimal(0)),
        "discount": -sum((line.discount for line in facts.lines), Decimal(0)),
    }


def _numbers(facts: OrderFacts, request: HttpRequest) -> list[dict[str, str]]:
    """What other systems call it; each can be copied and, where they have a page, opened."""
    order = facts.order
    store = _number(system_name(order.connection) or "Store", order.connection, order.external_id)
    payment = {"label": "Payment", "text": order.payment_reference}
    told = {part.partner_order_id for part in facts.parts if part.is_sent}
    partners = [
        _number(str(row.partner), row.connection, row.external_id, row.external_number)
        | {"page": page_of(row, request)}
        for row in facts.partner_orders
        if row.pk in told
    ]
    return [one for one in [store, payment, *partners] if one["text"]]


def _number(
    label: str, connection: Connection | None, external_id: str, number: str = ""
) -> dict[str, str]:
    text = number or short_id(external_id)
    return {"label": label, "text": text, "url": remote_order_url(connection, external_id)}
