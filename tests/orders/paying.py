"""A payment service, an order that is to be paid, and what is told of its payment."""

from decimal import Decimal

import pytest

from integrations.models import Connection
from integrations.types import Payment
from orders.models import Order, OrderEvent
from orders.services.capture import capture_order
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_connection,
    make_partner,
    make_variant,
)


@pytest.fixture
def stripe(db) -> Connection:
    return make_connection("stripe", "stripe")


@pytest.fixture
def warehouse(partner):
    return make_partner("straight", dispatch="immediate", ship_to="customer", trigger="paid")


@pytest.fixture
def order(own_store, warehouse) -> Order:
    """Unpaid, of two mugs for 48 dollars."""
    variant = make_variant("MUG", warehouse)
    remote = channel_order([channel_line(variant.sku, 2)], number="#1001", paid_at=None)
    return capture_order(own_store, remote)[0]


def payment(**fields) -> Payment:
    values = {
        "external_id": "pi_1",
        "status": "paid",
        "amount": Decimal("48.00"),
        "currency": "USD",
        "at": NOW,
        "order_reference": "#1001",
    }
    return Payment(**values | fields)


def kinds(order) -> list[str]:
    return list(
        OrderEvent.objects.filter(order=order).order_by("pk").values_list("kind", flat=True)
    )
