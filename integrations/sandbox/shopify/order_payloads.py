"""Webhook bodies of orders and fulfillments in Shopify's REST shape (2026-10)."""

from integrations.sandbox.clock import offset_iso

from .gids import gid
from .line_payloads import Body, address_body, line_body, money_set
from .models import Store, money
from .orders import ZERO, Fulfillment, Order
from .refund_payloads import refund_body


def order_body(store: Store, order: Order) -> Body:
    """orders/create, orders/updated, orders/cancelled: the bare order."""
    body = _head(order) | _figures(order) | _discounts(order)
    body["line_items"] = [line_body(store, line) for line in order.lines]
    body["fulfillments"] = [fulfillment_body(store, order, one) for one in order.fulfillments]
    body["customer"] = _customer(store, order)
    body["refunds"] = [refund_body(store, order, one) for one in order.refunds]
    body["shipping_lines"] = _shipping_lines(order)
    return body


def _head(order: Order) -> Body:
    shipped = {"UNFULFILLED": None, "PARTIALLY_FULFILLED": "partial", "FULFILLED": "fulfilled"}
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "name": order.name,
        "number": order.number - 1000,
        "order_number": order.number,
        "token": order.token,
        "created_at": offset_iso(order.created_at),
        "updated_at": offset_iso(order.updated_at),
        "processed_at": offset_iso(order.processed_at),
        "cancelled_at": offset_iso(order.cancelled_at),
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "closed_at": offset_iso(order.closed_at),
        "confirmed": True,
        "test": order.test,
        "email": order.email or "",
        "contact_email": order.email,
        "phone": order.phone,
        "customer_locale": "en",
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": shipped[order.fulfillment_status],
        "tags": ", ".join(order.tags),
        "note": order.note,
        "note_attributes": [{"name": name, "value": value} for name, value in order.attributes],
        "po_number": order.po_number,
        "reference": None,
        "source_name": order.source_name,
        "source_identifier": order.source_identifier,
        "source_url": order.source_url,
        "payment_gateway_names": [order.gateway] if order.gateway else [],
        "payment_terms": None,
        "merchant_of_record_app_id": None,
        "location_id": None,
        "user_id": None,
        "taxes_included": False,
        "tax_exempt": False,
        "estimated_taxes": False,
        "duties_included": False,
        "tax_lines": [],
        "returns": [],
        "line_item_groups": [],
        "billing_address": address_body(order.billing_address),
        "shipping_address": address_body(order.shipping_address),
    }


def _figures(order: Order) -> Body:
    amounts = {
        "total_line_items_price": order.items_total,
        "subtotal_price": order.subtotal,
        "total_discounts": order.discounts,
        "total_tax": ZERO,
        "total_price": order.total,
        "current_subtotal_price": order.current_subtotal,
        "current_total_discounts": order.discounts,
        "current_total_tax": ZERO,
        "current_total_price": order.current_total,
    }
    body: Body = {"currency": order.currency, "presentment_currency": order.currency}
    for name, amount in amounts.items():
        body[name] = money(amount)
        body[f"{name}_set"] = money_set(amount, order.currency)
    body["total_shipping_price_set"] = money_set(order.shipping_price, order.currency)
    body["total_outstanding"] = money(order.outstanding)
    body["total_tip_received"] = money(ZERO)
    body["total_weight"] = sum(line.grams * line.quantity for line in order.lines)
    return body


def _discounts(order: Order) -> Body:
    if not order.discounts:
        return {"discount_codes": [], "discount_applications": []}
    amount, code = money(order.discounts), order.discount_code
    return {
        "discount_codes": [{"code": code, "amount": amount, "type": "fixed_amount"}],
        "discount_applications": [
            {
                "target_type": "line_item",
                "type": "discount_code",
                "value": amount,
                "value_type": "fixed_amount",
                "allocation_method": "across",
                "target_selection": "all",
                "code": code,
            }
        ],
    }


def _customer(store: Store, order: Order) -> Body | None:
    customer = store.customers.get(order.customer_email or "")
    if customer is None:
        return None
    return {
        "id": customer.id,
        "admin_graphql_api_id": gid("Customer", customer.id),
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "phone": customer.phone,
        "state": "disabled",
        "verified_email": True,
        "tags": "",
        "currency": store.currency,
        "created_at": offset_iso(customer.created_at),
        "updated_at": offset_iso(customer.created_at),
        "default_address": address_body(order.shipping_address),
    }


def _shipping_lines(order: Order) -> list[Body]:
    if order.shipping_title is None:
        return []
    price, prices = money(order.shipping_price), money_set(order.shipping_price, order.currency)
    return [
        {
            "id": order.shipping_id,
            "title": order.shipping_title,
            "code": order.shipping_title,
            "source": "shopify",
            "phone": None,
            "carrier_identifier": None,
            "is_removed": False,
            "price": price,
            "price_set": prices,
            "discounted_price": price,
            "discounted_price_set": prices,
            "tax_lines": [],
            "discount_allocations": [],
        }
    ]


def fulfillment_body(store: Store, order: Order, fulfillment: Fulfillment) -> Body:
    """fulfillments/create and fulfillments/update."""
    items = []
    for part in fulfillment.lines:
        line = order.line(part.line_id)
        if line is not None:
            items.append(line_body(store, line) | {"quantity": part.quantity})
    numbers, urls = fulfillment.numbers, fulfillment.urls
    return {
        "id": fulfillment.id,
        "admin_graphql_api_id": gid("Fulfillment", fulfillment.id),
        "order_id": order.id,
        "name": fulfillment.name,
        "status": fulfillment.status.lower(),
        "shipment_status": fulfillment.shipment_status,
        "service": "manual",
        "location_id": fulfillment.location_id,
        "origin_address": None,
        "created_at": offset_iso(fulfillment.created_at),
        "updated_at": offset_iso(fulfillment.updated_at),
        "tracking_company": fulfillment.company,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "receipt": {},
        "email": order.email,
        "destination": address_body(order.shipping_address),
        "line_items": items,
    }


def edit_body(order: Order, edit_id: int, deltas: dict[int, int]) -> Body:
    """orders/edited: only what changed, per line."""
    additions = [{"id": line, "delta": delta} for line, delta in deltas.items() if delta > 0]
    removals = [{"id": line, "delta": -delta} for line, delta in deltas.items() if delta < 0]
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": None,
            "created_at": offset_iso(order.updated_at),
            "notify_customer": False,
            "order_id": order.id,
            "reason": "",
            "staff_id": None,
            "user_id": None,
            "line_items": {"additions": additions, "removals": removals},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }
