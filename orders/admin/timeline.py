"""History lines as the timeline part takes them."""

from collections.abc import Iterable
from typing import Any

from catalog.admin.links import page_of
from orders.models import Order, OrderEvent, PartnerOrder
from orders.services.waiting import GOES_ON, WAITS

GOOD = {"placed", "shipped", "published", "received", "paid", "linked", GOES_ON}
SHOWN = 200


def order_timeline(order: Order, partner_orders: Iterable[PartnerOrder]) -> list[dict[str, Any]]:
    """Newest first; a line that names a partner order links to it."""
    pages = {row.reference: page_of(row) for row in partner_orders}
    return [_entry(event, pages) for event in order.events.order_by("-id")[:SHOWN]]


def partner_order_timeline(row: PartnerOrder) -> list[dict[str, Any]]:
    """Newest first."""
    return [_entry(event, {}) for event in row.events.order_by("-id")[:SHOWN]]


def _entry(event: OrderEvent, pages: dict[str, str]) -> dict[str, Any]:
    reference = str(event.data.get("reference", ""))
    url = pages.get(reference, "")
    is_error = event.level == OrderEvent.Level.ERROR
    return {
        "at": event.at,
        "text": event.message,
        "actor": event.actor,
        "tone": "bad" if is_error else _tone(event.kind),
        "url": url,
        "link": reference if url else "",
    }


def _tone(kind: str) -> str:
    if kind in GOOD:
        return "ok"
    return "warn" if kind == WAITS else ""
