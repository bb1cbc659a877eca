"""Whatever order a partner's news come in, however often: nothing goes backward or is doubled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.models import Connection
from integrations.types import OrderState, RemoteShipment, ShippedLine
from orders.models import PartnerOrder, Shipment, Submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from orders.services.partner_news import take_state
from orders.services.shipments import record_shipment
from orders.services.status import units_to_customer
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_own_store,
    make_partner,
    make_variant,
)

RANK = ["submitted", "confirmed", "picking", "packed", "shipped", "delivered"]
PARCELS = ["in_transit", "exception", "delivered"]
UNITS = 3
words = st.sampled_from(["confirmed", "picking", "packed", "shipped", "delivered", "canceled", ""])
parcels = st.tuples(
    st.sampled_from(["F1", "F2"]),
    st.sampled_from([*PARCELS, "voided"]),
    st.integers(0, UNITS),
)
# A word with the parcels it tells of: as a system answers that has one answer for both.
states = st.tuples(words, st.lists(parcels, max_size=2))
news = st.lists(st.one_of(words, parcels, states), min_size=1, max_size=10)


def place_one(provider: str) -> PartnerOrder:
    warehouse = make_partner("straight", dispatch="immediate", ship_to="customer")
    Connection.objects.filter(pk=warehouse.connection_id).update(
        provider=provider, settings={"base_url": "https://wms.east.example", "shop": "x"}
    )
    lines = [channel_line(make_variant("MUG", warehouse).sku, UNITS)]
    capture_order(make_own_store(), channel_order(lines))
    row = PartnerOrder.objects.get()
    close_and_submit(row)
    Submission.objects.update(status="submitted", sent_at=NOW)
    row.refresh_from_db()
    PartnerOrder.objects.update(status="submitted", external_id="E1", submitted_at=NOW)
    return PartnerOrder.objects.get()


def tell(row: PartnerOrder, one: Any, minute: int) -> None:
    connection = Connection.objects.get(pk=row.connection_id)
    if isinstance(one, tuple) and len(one) == 3:
        record_shipment(connection, parcel(*one, minute))
        return
    word, inside = one if isinstance(one, tuple) else (one, [])
    told = tuple(parcel(*each, minute) for each in inside)
    take_state(connection, OrderState("E1", word, word or "???", told))


def parcel(name: str, status: Any, units: int, minute: int) -> RemoteShipment:
    inside = (ShippedLine("", "MUG", units),) if units else ()
    return RemoteShipment(
        external_id=name,
        order_id="E1",
        lines=inside,
        status=status,
        shipped_at=NOW + timedelta(minutes=minute),
        is_whole=not inside,
    )


def check(row: PartnerOrder, before: str, parcels_before: dict[str, str]) -> tuple[str, dict]:
    fresh = PartnerOrder.objects.get(pk=row.pk)
    if before in ("delivered", "canceled"):
        assert fresh.status == before
    elif fresh.status != "canceled":
        assert RANK.index(fresh.status) >= RANK.index(before)
    if fresh.status == "canceled":
        assert before not in ("shipped", "delivered")
    now = dict(Shipment.objects.values_list("external_id", "status"))
    for name, old in parcels_before.items():
        if old in ("voided", "delivered"):
            assert now[name] == old
    assert fresh.order is not None
    shipped, delivered = units_to_customer(fresh.order)
    assert sum(shipped.values()) <= UNITS
    assert sum(delivered.values()) <= sum(shipped.values())
    return fresh.status, now


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["shopify-partner", "extensiv"])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=news)
def test_partner_orders_and_parcels_only_go_forward(db: None, provider: str, script: list) -> None:
    with transaction.atomic():
        row = place_one(provider)
        status, seen = "submitted", dict[str, str]()
        for minute, one in enumerate(script):
            for _ in range(2):  # every word comes twice
                tell(row, one, minute)
                status, seen = check(row, status, seen)
        transaction.set_rollback(True)
