"""The same news in any order, and once more, end in the same state."""

from dataclasses import replace

import pytest

from integrations.models import Alert
from orders.models import Order, PartnerOrderLine
from orders.services.capture import capture_order
from tests.orders.builders import NOW, channel_line, channel_order, make_partner, make_variant
from tests.orders.news import PartnerSays, Store, ends, moved
from tests.orders.steps import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(partner):
    """Two lines of the partner's goods: 2 units of one, 1 of the other."""
    skus = [make_variant(f"PARTNER-bluedoor-{name}", partner=partner).sku for name in "AB"]
    return channel_line(skus[0], 2), channel_line(skus[1], 1)


def units(line, number):
    return replace(line, quantity=number)


@pytest.fixture
def store(own_store, lines):
    return Store(own_store, channel_order(lines[:1], paid_at=None))


@pytest.fixture
def straight(own_store, system):
    """Two units placed with a partner that ships to the customer: the store, and the partner."""
    partner = make_partner("straight", dispatch="immediate", ship_to="customer")
    line = channel_line(make_variant("PARTNER-straight-A", partner=partner).sku, 2)
    store = Store(own_store, channel_order([line]))
    capture_order(own_store, store.order)
    return store, PartnerSays(place(partner=partner)), line


@pytest.fixture
def placed(own_store, system, store, lines):
    """Two units placed with a partner that ships to our center."""
    capture_order(own_store, store.order)
    return PartnerSays(place())


def only_end(found):
    (end,) = found.values()
    assert len(end) == 1, "\n".join(f"{order}: {state}" for state, order in end.items())
    return next(iter(end))


def test_creation_payment_edit_and_cancellation_of_the_store(store, lines):
    more = (units(lines[0], 3), lines[1])
    end = only_end(
        ends(
            [
                store.version(0, "order.created"),
                store.version(1, paid_at=NOW),
                store.version(2, paid_at=NOW, lines=more),
                store.version(3, "order.canceled", paid_at=NOW, lines=more, canceled_at=NOW),
            ]
        )
    )

    assert "('canceled', ''" in end
    assert "'parts': []" in end
    assert "'reserved': 0" in end


def test_units_up_down_and_a_parcel_the_store_sent(store, lines):
    first, second = lines
    end = only_end(
        ends(
            [
                store.version(0, "order.created"),
                store.version(1, lines=(units(first, 20), second)),
                store.version(2, lines=(units(first, 1), second)),
                store.parcel("F1", {first.external_id: 1, second.external_id: 1}),
            ]
        )
    )

    assert "('shipped', ''" in end


def test_a_line_taken_out_and_put_back(store, lines):
    first, second = lines
    end = only_end(
        ends(
            [
                store.version(0, "order.created", lines=(first, second)),
                store.version(1, lines=(units(first, 0), second)),
                store.version(2, lines=(units(first, 4), units(second, 0))),
            ]
        )
    )

    assert f"'parts': [('{first.external_id}', 'bluedoor', 'open', False, 4)]" in end


def test_edits_parcel_and_delivery_of_what_goes_straight_to_the_customer(straight):
    store, partner, line = straight
    end = only_end(
        ends(
            [
                store.version(1, lines=(units(line, 1),)),
                store.version(2, lines=(units(line, 3),)),
                partner.parcel("F1", "A", 2),
                partner.parcel("F1", "A", 2, status="delivered", delivered_at=NOW),
            ]
        )
    )

    assert "('partially_shipped', ''" in end
    assert "('delivered'" not in end


def test_fewer_units_and_a_new_address_after_sending(straight):
    store, partner, line = straight
    end = only_end(
        ends(
            [
                store.version(1, lines=(units(line, 3),)),
                store.version(2, lines=(units(line, 1),), contact=moved("9 New Road")),
                store.version(
                    3, lines=(units(line, 1),), contact=moved("9 New Road"), canceled_at=NOW
                ),
                partner.parcel("F1", "A", 2),
            ]
        )
    )

    assert "('canceled', 'canceled_after_send'" in end


@pytest.mark.parametrize(("second", "third"), [(1, 3), (3, 1), (0, 2), (3, 0)])
def test_edits_and_a_cancellation_of_the_partner(placed, store, lines, second, third):
    line = lines[0]
    end = only_end(
        ends(
            [
                store.version(1, lines=(units(line, second),)),
                store.version(2, lines=(units(line, third),)),
                placed.canceled(),
            ]
        )
    )

    assert f"'reserved': {third}" in end


def test_a_voided_parcel_and_the_one_that_replaced_it(straight):
    _, partner, _ = straight
    end = only_end(
        ends(
            [
                partner.parcel("F1", "A", 2),
                partner.parcel("F1", "A", 2, status="voided"),
                partner.parcel("F2", "A", 2),
                partner.parcel("F2", "A", 2, status="delivered", delivered_at=NOW),
            ]
        )
    )

    assert "('delivered', ''" in end


def test_two_parcels_one_of_them_with_too_much(placed):
    end = only_end(
        ends(
            [placed.parcel("F1", "A", 1), placed.parcel("F2", "A", 1), placed.parcel("F3", "Z", 1)]
        )
    )

    assert "'shipped'" in end
    assert "left_over:N:FN" in end


def test_a_fulfillment_the_store_canceled_and_made_again_under_the_same_number(store, lines):
    line = lines[0].external_id
    end = only_end(
        ends(
            [
                store.version(0, "order.created"),
                store.parcel("F1", {line: 2}, tracking_number="T1"),
                store.parcel("F1", {line: 2}, tracking_number="T1", status="voided"),
                store.parcel("F3", {line: 2}, tracking_number="T1"),
            ]
        )
    )

    assert "('shipped', ''" in end


def test_a_parcel_of_a_line_that_came_with_an_edit(store, lines):
    first, second = lines
    end = only_end(
        ends(
            [
                store.version(0, "order.created"),
                store.version(1, lines=lines),
                store.parcel("F1", {first.external_id: 2, second.external_id: 1}),
            ]
        )
    )

    assert "('shipped', ''" in end


def test_what_the_partner_was_told_before_the_cancellation_makes_the_difference(
    own_store, system, store, lines
):
    """An order canceled before it was sent is over; after that a person must decide."""

    def send():
        live = PartnerOrderLine.objects.filter(canceled_at=None, partner_order__status="open")
        for pk in set(live.values_list("partner_order", flat=True)):
            place(pk=pk)

    def group(order):
        sent, created, edited, canceled = (order.index(n) for n in (3, 0, 1, 2))
        if sent > canceled or sent < min(created, edited):
            return "never told"
        return "told 1" if sent > edited else "told 2"

    found = ends(
        [
            store.version(0, "order.created"),
            store.version(1, lines=(units(lines[0], 1),)),
            store.version(2, "order.canceled", lines=(units(lines[0], 1),), canceled_at=NOW),
            send,
        ],
        group,
    )

    assert {key: len(end) for key, end in found.items()} == {
        "never told": 1,
        "told 1": 1,
        "told 2": 1,
    }
    assert "'canceled_after_send'" in str(found["told 1"])
    assert "('canceled', ''" in str(found["never told"])


def test_a_partner_that_canceled_and_shipped_stays_at_what_it_said_first(placed):
    """Canceled and shipped are both final for a partner order; a person is told either way."""
    shipped, canceled = placed.parcel("F1", "A", 2), placed.canceled()

    found = ends([shipped, canceled], lambda order: order[0])

    first_shipped, first_canceled = (next(iter(found[key])) for key in (0, 1))
    assert "'partner orders': ['shipped']" in first_shipped
    assert "'partner orders': ['canceled']" in first_canceled
    assert "left_over:N:FN" in first_canceled
    assert "partner_canceled:N" in first_shipped
    assert "partner_canceled:N" in first_canceled


def test_a_repeated_cancellation_counts_its_alert_once(placed):
    for _ in range(2):
        placed.canceled()()

    assert Alert.objects.get(fingerprint__startswith="partner_canceled").count == 1
    assert Order.objects.get().attention == "unrouted"
    assert PartnerOrderLine.objects.filter(canceled_at=None).count() == 1
