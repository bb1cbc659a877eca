"""What the lists of the apps can be narrowed to, each condition with a row inside and outside."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Listing
from integrations.models import Connection
from orders.models import Order, PartnerOrder, Shipment
from orders.services.status import refresh_status
from tests.catalog.people import log_in
from tests.integrations.admin_rows import make_run, make_store
from tests.orders.builders import (
    add_listing,
    make_order,
    make_own_store,
    make_partner,
    make_variant,
)

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def own():
    return make_own_store()


@pytest.fixture
def partner():
    return make_partner()


@pytest.fixture
def found():
    """Names of the rows a list shows."""
    client = log_in("Manager")

    def ask(model, query):
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        answer = client.get(f"{url}?{query}")
        assert answer.status_code == 200, answer.headers.get("Location")
        return {str(row) for row in answer.context["cl"].result_list}

    return ask


# --- orders


@pytest.fixture
def two(own, partner):
    make_variant(partner=partner, stock=100)
    small, large = make_order(own, SKU), make_order(own, SKU)
    Order.objects.filter(pk=small.pk).update(total=Decimal("49.99"))
    Order.objects.filter(pk=large.pk).update(total=Decimal("50.00"))
    return small, large


def test_orders_by_what_the_customer_owes(found, two):
    small, large = map(str, two)

    assert found(Order, "total__until=49.99") == {small}
    assert found(Order, "total__from=50") == {large}
    assert found(Order, "total__from=49.99&total__until=50") == {small, large}


def test_orders_by_several_states_and_by_what_they_need(found, two):
    small, large = two
    Order.objects.filter(pk=small.pk).update(attention="on_hold")
    Order.objects.filter(pk=large.pk).update(status="shipped")

    assert found(Order, "attention__in=on_hold,unrouted") == {str(small)}
    assert found(Order, "status__in=shipped,delivered") == {str(large)}


def test_orders_by_several_partners(found, own, two):
    other = make_partner("kettle")
    make_variant("PARTNER-kettle-1", partner=other, stock=9)
    third = make_order(own, "PARTNER-kettle-1")
    ids = [partner.pk for partner in type(other).objects.exclude(code="us").order_by("code")]

    assert found(Order, f"partner={other.pk}") == {str(third)}
    assert len(found(Order, f"partner={ids[0]},{ids[1]}")) == 3


def place(order, days):
    """Its partner was told so many days ago."""
    at = timezone.now() - timedelta(days=days, minutes=1)
    PartnerOrder.objects.update(status="submitted", submitted_at=at, closed_at=at)
    order.refresh_from_db()
    refresh_status(order)
    Order.objects.filter(pk=order.pk).update(status="exported")


def test_an_order_at_its_partner_for_two_days_lacks_a_tracking_number(found, own, partner):
    make_variant(partner=partner, stock=100)
    order = make_order(own, SKU)
    place(order, days=2)

    assert found(Order, "untracked=2") == {str(order)}
    assert found(Order, "untracked=7") == set()


def test_an_order_its_partner_was_told_yesterday_lacks_nothing(found, own, partner):
    make_variant(partner=partner, stock=100)
    place(make_order(own, SKU), days=1)

    assert found(Order, "untracked=2") == set()


@pytest.mark.parametrize(
    ("parcel", "lacks"),
    [(("1Z9", "in_transit"), False), (("", "in_transit"), True), (("1Z9", "voided"), True)],
)
def test_only_a_parcel_with_a_number_that_counts_ends_the_search(
    found, own, partner, parcel, lacks
):
    make_variant(partner=partner, stock=100)
    order = make_order(own, SKU)
    place(order, days=3)
    Shipment.objects.create(
        order=order, bound_for="customer", tracking_number=parcel[0], status=parcel[1],
        shipped_at=timezone.now(), source="staff",
    )  # fmt: skip

    assert found(Order, "untracked=2") == ({str(order)} if lacks else set())


def test_orders_that_wait_for_payment_lack_no_tracking_number(found, own, partner):
    make_variant(partner=partner, stock=100)
    order = make_order(own, SKU)
    Order.objects.update(placed_at=timezone.now() - timedelta(days=9), status="paid")

    assert found(Order, "untracked=2") == set()
    assert found(Order, "") == {str(order)}


# --- partner orders and parcels


def test_partner_orders_by_cost_and_by_state(found, two):
    row = PartnerOrder.objects.get()
    PartnerOrder.objects.update(cost_total=Decimal(20))

    assert found(PartnerOrder, "cost_total__from=20&status__in=open,submitted") == {str(row)}
    assert found(PartnerOrder, "cost_total__from=20.01") == set()


def test_parcels_that_are_on_their_way_for_long(found, two):
    for number, (days, status) in enumerate(
        [(4, "in_transit"), (2, "in_transit"), (9, "delivered")]
    ):
        Shipment.objects.create(
            order=two[0], bound_for="customer", tracking_number=f"T{number}", status=status,
            shipped_at=timezone.now() - timedelta(days=days), source="staff", carrier="UPS",
        )  # fmt: skip

    assert found(Shipment, "under_way=3") == {"T0"}
    assert found(Shipment, "under_way=7") == set()


def test_parcels_by_carrier(found, two):
    for carrier in ("UPS", "DHL", "USPS"):
        Shipment.objects.create(
            order=two[0], bound_for="customer", tracking_number=carrier, carrier=carrier,
            shipped_at=timezone.now(), source="staff",
        )  # fmt: skip

    assert found(Shipment, "carrier__in=UPS|DHL") == {"UPS", "DHL"}


# --- products and stock


@pytest.fixture
def variants(own, partner):
    """One whose price went up by 10 %, one that is as it was, one without a barcode."""
    made = {}
    for name, cost, told, units in (("A", "11.00", "10.00", 6), ("B", "10.00", "10.00", 5)):
        variant = make_variant(f"PARTNER-bluedoor-{name}", partner=None)
        variant.product.source_partner, variant.barcode = partner, f"40{name}"
        variant.product.save()
        variant.save()
        Listing.objects.filter(variant=variant).delete()
        add_listing(variant, partner, stock=9, cost=cost)
        Listing.objects.create(
            connection=own, external_id=f"own-{name}", external_product_id="P", title="Coffee",
            sku=variant.sku, variant=variant, price=Decimal(15), cost=Decimal(told),
            currency="USD", seen_at=timezone.now(), published_quantity=units,
        )  # fmt: skip
        made[name] = variant
    made["C"] = make_variant("OURS-C")
    return made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("drift=5", "A"),
        ("drift=10", ""),
        ("stock=in", "A"),
        ("stock=low", "B"),
        ("stock=low,in", "AB"),
        ("stock=out", ""),
        ("without=barcode", "C"),
        ("without=store", "C"),
        ("without=partner", "C"),
    ],
)
def test_variants_by_stock_price_and_what_they_are_without(found, variants, query, names):
    model = type(variants["A"])
    Listing.objects.filter(variant=variants["C"]).delete()

    assert found(model, query) == {str(variants[name]) for name in names}


# --- connections and runs


def test_connections_by_their_health(found):
    now = timezone.now()
    fields = {
        "ok": {"last_ok_at": now},
        "degraded": {"failures": 2},
        "silent": {"opened": 1},
        "slow": {"paused_until": now + timedelta(minutes=5)},
        "stale": {"last_ok_at": now - timedelta(hours=25)},
        "attention": {"status": "needs_attention"},
        "paused": {"status": "paused"},
    }
    for name, values in fields.items():
        make_store(name, **values)

    for name in fields:
        expected = {"ok": {"Ok", "Stale"}}.get(name, {name.title()})
        assert found(Connection, f"health={name}") == expected
    assert found(Connection, "health=paused,silent") == {"Paused", "Silent"}


def test_connections_by_kind_of_system(found):
    make_store("own", provider="shopify")
    make_store("blue-door")

    assert found(Connection, "provider__in=shopify") == {"Own"}


def test_runs_by_flow_and_who_started_them(found):
    store = make_store("blue-door")
    stock, products = make_run(store), make_run(store, "products", trigger="staff")

    assert found(type(stock), "flow__in=stock") == {str(stock)}
    assert found(type(stock), "trigger__in=staff,api") == {str(products)}
    assert found(type(stock), "flow__in=stock,products") == {str(stock), str(products)}
