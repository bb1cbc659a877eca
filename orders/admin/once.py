"""What several places of a page ask of one object, read once."""

from typing import Any

from orders.models import Order


def once(order: Order, name: str, read: Any) -> Any:
    """What several places of a page ask of an order, read once."""
    if not hasattr(order, name):
        setattr(order, name, read(order))
    return getattr(order, name)
