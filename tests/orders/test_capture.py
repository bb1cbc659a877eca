"""Capture: one order per channel order, routed and reserved at once, whatever is repeated."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.models import Alert
from inventory.models import Reservation
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine
from orders.services.capture import capture_order
from tests.orders.builders import (
    NOW,
    add_listing,
    channel_line,
    channel_order,
    make_connection,
    make_order,
    make_partner,
    make_variant,
)

pytestmark = pytest.mark.django_db


def test_a_captured_line_is_routed_reserved_and_in_the_partners_open_order(own_store, partner):
    variant = make_variant(partner=partner)

    order = make_order(own_store, variant.sku)

    part = PartnerOrderLine.objects.get()
    assert (part.partner, part.quantity, part.unit_cost) == (partner, 1, Decimal("12"))
    assert part.partner_order == PartnerOrder.objects.get(partner=partner, closed_at=None)
    assert Reservation.objects.get().key == f"line:{part.pk}"
    assert order.contact.email == "dana.petrov@customer.example"
    assert Order.objects.get().status == "paid"


def test_the_same_order_twice_is_one_order(own_store, partner):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])

    first, created = capture_order(own_store, remote)
    again, created_again = capture_order(own_store, remote)

    assert (created, created_again) == (True, False)
    assert again == first
    assert PartnerOrderLine.objects.count() == Reservation.objects.count() == 1


def test_a_test_order_is_not_taken(own_store):
    assert capture_order(own_store, channel_order([channel_line("X")], test=True)) == (None, False)
    assert not Order.objects.exists()


def test_two_spellings_of_a_sku_meet_and_an_unknown_one_is_unrouted_with_one_alert(
    own_store, partner
):
    make_variant("PARTNER-bluedoor-ETH250", partner)

    make_order(own_store, " partner-BLUEDOOR-eth250 ", "NOBODY-KNOWS")
    make_order(own_store, "NOBODY-KNOWS")

    codes = PartnerOrderLine.objects.order_by("pk").values_list("partner__code", flat=True)
    assert list(codes) == ["bluedoor", None, None]
    alert = Alert.objects.get(kind="mapping")
    assert (alert.title, alert.count) == ("NOBODY-KNOWS has no partner", 2)
    assert set(Order.objects.values_list("attention", flat=True)) == {"unrouted"}


def test_the_channels_own_variant_id_beats_the_sku(own_store, partner):
    right = make_variant("A-1", partner, own_store=own_store)
    make_variant("A-2", partner)
    listing = right.listings.get(connection=own_store)

    order, _ = capture_order(
        own_store, channel_order([channel_line("A-2", variant_id=listing.external_id)])
    )

    assert order.lines.get().variant == right


def test_gift_cards_and_what_needs_no_shipping_are_never_routed(own_store):
    lines = [channel_line("GIFT", gift_card=True), channel_line("PDF", requires_shipping=False)]

    order, _ = capture_order(own_store, channel_order(lines))

    assert not PartnerOrderLine.objects.exists()
    assert (order.status, order.attention) == ("paid", "")


def test_a_variant_without_a_partner_listing_goes_to_our_shelf(own_store):
    order = make_order(own_store, make_variant("MUG-1").sku)

    assert order.lines.get().parts.get().partner.code == "us"
    assert not PartnerOrder.objects.exists()


def test_the_partner_with_the_lower_rank_is_asked_first(own_store, partner):
    other = make_partner("kettle-crane", rank=1)
    variant = make_variant(partner=partner)
    add_listing(variant, other, stock=1)

    order = make_order(own_store, variant.sku)

    assert order.lines.get().parts.get().partner == other


def test_an_unpaid_order_waits_until_it_is_paid(own_store, partner):
    partner.trigger = "paid"
    partner.save()
    variant = make_variant(partner=partner)
    remote = channel_order([channel_line(variant.sku)], paid_at=None)

    order, _ = capture_order(own_store, remote)
    assert (order.status, PartnerOrder.objects.count()) == ("captured", 0)

    paid = replace(remote, paid_at=NOW, version=NOW + timedelta(minutes=1))
    capture_order(own_store, paid)
    assert PartnerOrderLine.objects.get().partner_order is not None
    assert Order.objects.get().status == "paid"


def test_too_little_stock_is_reserved_all_the_same_and_said(own_store, partner):
    variant = make_variant(partner=partner, stock=2)

    order, _ = capture_order(own_store, channel_order([channel_line(variant.sku, 3)]))

    assert Reservation.objects.get().quantity == 3
    assert PartnerOrderLine.objects.get().short == 1
    assert order.attention == "shortfall"
    assert Alert.objects.get(kind="stock").title.endswith(
        "1 of 3 Product PARTNER-bluedoor-ETH250 is not in stock"
    )


def test_an_older_version_changes_nothing(own_store, partner):
    variant = make_variant(partner=partner)
    remote = channel_order([channel_line(variant.sku, 2)])
    capture_order(own_store, remote)

    late = replace(remote, canceled_at=NOW, version=NOW - timedelta(minutes=1))
    capture_order(own_store, late)

    assert Order.objects.get().canceled_at is None


def test_news_that_know_of_no_refund_do_not_lower_it(own_store):
    remote = channel_order([channel_line("MUG-1")])
    capture_order(own_store, remote)
    told = replace(remote, refunded_total=Decimal("24.00"), version=NOW + timedelta(minutes=1))
    capture_order(own_store, told)
    less = replace(remote, refunded_total=Decimal(0), version=NOW + timedelta(minutes=2))
    capture_order(own_store, less)

    assert Order.objects.get().refunded_total == 24


def test_a_cancellation_before_placing_ends_the_lines_and_frees_the_stock(own_store, partner):
    variant = make_variant(partner=partner)
    remote = channel_order([channel_line(variant.sku)])
    capture_order(own_store, remote)

    capture_order(own_store, replace(remote, canceled_at=NOW, version=NOW + timedelta(minutes=1)))

    part = PartnerOrderLine.objects.get()
    assert part.canceled_at is not None
    assert part.partner_order is None
    assert Reservation.objects.get().released_at is not None
    assert Order.objects.get().status == "canceled"


def test_a_lower_quantity_before_placing_lowers_the_part(own_store, partner):
    variant = make_variant(partner=partner)
    line = channel_line(variant.sku, 3)
    remote = channel_order([line])
    capture_order(own_store, remote)

    edited = replace(remote, lines=(replace(line, quantity=1),), version=NOW + timedelta(minutes=1))
    capture_order(own_store, edited)

    live = PartnerOrderLine.objects.get(canceled_at=None)
    assert (live.part, live.quantity) == (1, 1)
    assert Reservation.objects.get().quantity == 1
    assert live.partner_order.cost_total == Decimal("12")


def test_a_name_the_store_gives_again_is_another_order(own_store):
    names = []
    for external_id in ("gid://shopify/Order/1", "gid://shopify/Order/2", "gid://shopify/Order/3"):
        remote = channel_order([channel_line("X")], number="#1001", external_id=external_id)
        names.append(capture_order(own_store, remote)[0].number)

    assert names == ["#1001", "#1001-2", "#1001-3"]


def test_the_second_channel_prefixes_its_numbers(own_store):
    second = make_connection("second-store", "shopify")

    first = capture_order(own_store, channel_order([channel_line("X")], number="#1"))[0]
    other = capture_order(second, channel_order([channel_line("X")], number="#1"))[0]
    third = capture_order(own_store, channel_order([channel_line("X")], number="#2"))[0]

    assert [o.number for o in (first, other, third)] == ["#1", "second-store-#1", "#2"]


def test_the_history_names_no_customer(own_store, partner):
    make_order(own_store, make_variant(partner=partner).sku)

    text = " ".join(OrderEvent.objects.values_list("message", flat=True))
    assert "Captured from Own Store." in text
    assert "Dana" not in text
