"""Refunds in Shopify's REST shape (2026-10)."""

from integrations.sandbox.clock import offset_iso

from .gids import gid
from .line_payloads import Body, line_body, money_set
from .models import Store, money
from .orders import ZERO, Order, Refund, RefundLine


def refund_body(store: Store, order: Order, refund: Refund) -> Body:
    """refunds/create, and each of an order's refunds."""
    lines = [_refund_line(store, order, one) for one in refund.lines]
    return {
        "id": refund.id,
        "admin_graphql_api_id": gid("Refund", refund.id),
        "order_id": order.id,
        "created_at": offset_iso(refund.created_at),
        "processed_at": offset_iso(refund.created_at),
        "note": refund.note,
        "user_id": None,
        "restock": any(one.restock != "no_restock" for one in refund.lines),
        "refund_line_items": lines,
        "order_adjustments": [],
        "duties": [],
        "transactions": [
            {
                "id": refund.transaction_id,
                "order_id": order.id,
                "kind": "refund",
                "status": "success",
                "gateway": order.gateway,
                "amount": money(refund.amount),
                "currency": order.currency,
                "created_at": offset_iso(refund.created_at),
            }
        ],
    }


def _refund_line(store: Store, order: Order, part: RefundLine) -> Body:
    line = order.line(part.line_id)
    return {
        "id": part.id,
        "line_item_id": part.line_id,
        "quantity": part.quantity,
        "restock_type": part.restock,
        "location_id": store.locations[0].id if part.restock != "no_restock" else None,
        "subtotal": money(part.subtotal),
        "subtotal_set": money_set(part.subtotal, order.currency),
        "total_tax": money(ZERO),
        "line_item": line_body(store, line) if line else None,
    }
