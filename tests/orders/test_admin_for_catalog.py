"""What the pages of partners and stock show of orders."""

import pytest
from django.urls import reverse

from inventory.models import Reservation, StockLevel
from orders.admin.for_catalog import lines_waiting, names_of, waiting_at
from orders.models import Order, PartnerOrder
from orders.services.capture import capture_order
from tests.catalog.people import log_in, texts
from tests.orders.builders import channel_line, channel_order, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(own_store, partner) -> Order:
    variant = make_variant(partner=partner)
    captured, _ = capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    return captured


def test_line_waits_until_its_partner_order_is_placed(partner, order):
    assert lines_waiting([partner]) == {partner.pk: 1}
    PartnerOrder.objects.update(status="submitted")
    assert lines_waiting([partner]) == {}


def test_open_partner_order_is_named_with_its_lines(partner, order):
    (fact,) = waiting_at(partner)
    row = PartnerOrder.objects.get()
    assert (fact.name, fact.value) == (row.reference, 1)
    assert fact.url == reverse("admin:orders_partnerorder_change", args=[row.pk])


def test_reservation_is_named_by_its_order(order):
    key = Reservation.objects.get().key
    url = reverse("admin:orders_order_change", args=[order.pk])
    assert names_of([key, "line:0", "other:1", "line:x"]) == {key: (order.number, url)}


def test_pages_of_partner_and_stock_show_them(partner, order):
    client = log_in("Viewer")
    page = reverse("admin:catalog_partner_change", args=[partner.pk])
    assert PartnerOrder.objects.get().reference in texts(client.get(page))
    level = StockLevel.objects.get()
    page = reverse("admin:inventory_stocklevel_change", args=[level.pk])
    assert order.number in texts(client.get(page))
