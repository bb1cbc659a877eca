"""The objects of the API as Stripe writes them, for its answers and its events alike."""

from datetime import datetime
from typing import Any

from .models import Line, Merchant, Sale

Payload = dict[str, Any]
API_VERSION = "2026-06-24.dahlia"
ORDER_KEY = "portal_order_id"


def epoch(at: datetime) -> int:
    return int(at.timestamp())


def listing(url: str, rows: list[Payload], has_more: bool) -> Payload:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def account(merchant: Merchant) -> Payload:
    return {
        "id": merchant.account,
        "object": "account",
        "business_profile": {"name": merchant.name, "url": None},
        "charges_enabled": True,
        "country": "US",
        "default_currency": merchant.currency,
        "type": "standard",
    }


def endpoint(merchant: Merchant) -> Payload:
    return {
        "id": "we_1sandbox",
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "enabled_events": merchant.enabled_events,
        "livemode": merchant.livemode,
        "status": "enabled",
        "url": merchant.endpoint_url,
    }


def _metadata(sale: Sale) -> dict[str, str]:
    said = {ORDER_KEY: sale.order_number, "delivery_zone": sale.zone}
    if sale.delivery != "ship":
        said["delivery_method"] = sale.delivery
    return {name: value for name, value in said.items() if value}


def _address(sale: Sale) -> Payload:
    kept = {"line1", "city", "state", "postal_code", "country"}
    return sale.buyer.model_dump(include=kept) | {"line2": None}


def intent(merchant: Merchant, sale: Sale) -> Payload:
    """The payment intent."""
    paid = sale.status == "paid"
    status = {"paid": "succeeded", "processing": "processing"}
    refusal = {"code": "card_declined", "message": sale.error, "type": "card_error"}
    return {
        "id": sale.payment,
        "object": "payment_intent",
        "amount": sale.total,
        "amount_received": sale.total if paid else 0,
        "created": epoch(sale.created_at),
        "currency": merchant.currency,
        "last_payment_error": refusal if sale.error and not paid else None,
        "latest_charge": sale.charge if paid else None,
        "livemode": merchant.livemode,
        "metadata": _metadata(sale),
        "receipt_email": sale.buyer.email or None,
        "shipping": {"address": _address(sale), "name": sale.buyer.name},
        "status": status.get(sale.status, "requires_payment_method"),
    }


def session(merchant: Merchant, sale: Sale) -> Payload:
    """The checkout session."""
    shipping_details = {"address": _address(sale), "name": sale.buyer.name}
    return {
        "id": sale.id,
        "object": "checkout.session",
        "amount_subtotal": sale.subtotal,
        "amount_total": sale.total,
        "client_reference_id": None,
        "collected_information": {"shipping_details": shipping_details},
        "created": epoch(sale.created_at),
        "currency": merchant.currency,
        "customer_details": {
            "address": _address(sale),
            "email": sale.buyer.email,
            "name": sale.buyer.name,
            "phone": sale.buyer.phone or None,
        },
        "livemode": merchant.livemode,
        "metadata": _metadata(sale),
        "mode": "payment",
        "payment_intent": sale.payment if sale.total else None,
        "payment_method_types": ["card" if sale.method == "card" else "customer_balance"],
        "payment_status": _payment_status(sale),
        "status": "open" if sale.status == "open" else "complete",
        "total_details": {
            "amount_discount": 0,
            "amount_shipping": sale.shipping,
            "amount_tax": 0,
        },
    }


def _payment_status(sale: Sale) -> str:
    if sale.status != "paid":
        return "unpaid"
    return "paid" if sale.total else "no_payment_required"


def line_item(merchant: Merchant, line: Line) -> Payload:
    """One line, with its price and its product as a whole."""
    product = {
        "id": f"prod_{line.sku}",
        "object": "product",
        "metadata": {"sku": line.sku},
        "name": line.title,
        "shippable": True,
    }
    price = {
        "id": f"price_{line.sku}",
        "object": "price",
        "currency": merchant.currency,
        "lookup_key": None,
        "metadata": {},
        "product": product,
        "unit_amount": line.price,
    }
    return {
        "id": line.id,
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": line.total,
        "amount_tax": 0,
        "amount_total": line.total,
        "currency": merchant.currency,
        "description": line.title,
        "price": price,
        "quantity": line.quantity,
    }


def charge(merchant: Merchant, sale: Sale) -> Payload:
    return {
        "id": sale.charge,
        "object": "charge",
        "amount": sale.total,
        "amount_captured": sale.total,
        "amount_refunded": sale.refunded,
        "created": epoch(sale.created_at),
        "currency": merchant.currency,
        "disputed": bool(sale.dispute),
        "livemode": merchant.livemode,
        "metadata": _metadata(sale),
        "paid": True,
        "payment_intent": sale.payment,
        "refunded": sale.refunded >= sale.total,
        "status": "succeeded",
    }


def dispute(merchant: Merchant, sale: Sale, at: datetime) -> Payload:
    return {
        "id": f"du_{sale.charge.removeprefix('ch_')}",
        "object": "dispute",
        "amount": sale.total,
        "charge": sale.charge,
        "created": epoch(at),
        "currency": merchant.currency,
        "livemode": merchant.livemode,
        "metadata": {},
        "payment_intent": sale.payment,
        "reason": sale.dispute,
        "status": "needs_response",
    }
