"""A line wants more than its partner has: one alert, a choice for staff, and it closes itself."""

import pytest
from django.contrib.auth.models import Group

from catalog.models import Variant
from integrations.models import Alert
from inventory.models import Reservation, StockLevel
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine
from orders.services.capture import capture_order
from orders.services.covering import settle_shortfalls
from orders.services.due import sweep
from orders.services.holding import hold_line
from orders.services.shortfalls import (
    CannotSettle,
    accept_shortfall,
    elsewhere,
    send_elsewhere,
    wait_for_stock,
)
from tests.catalog.people import log_in, texts
from tests.orders.builders import (
    NOW,
    add_listing,
    channel_line,
    channel_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)
from tests.orders.pressing import page_of, press
from tests.orders.steps import place
from tests.threads import at_once

SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def variant(partner) -> Variant:
    return make_variant(SKU, partner, stock=2)


@pytest.fixture
def order(own_store, variant) -> Order:
    """Three wanted, two there."""
    order, _ = capture_order(own_store, channel_order([channel_line(SKU, 3)]))
    assert order.attention == "shortfall"
    return order


def part_of(order: Order, number: int = 1) -> PartnerOrderLine:
    return PartnerOrderLine.objects.get(order_line__order=order, part=number)


def attention(order: Order) -> str:
    return Order.objects.get(pk=order.pk).attention


def open_alerts() -> list[str]:
    rows = Alert.objects.filter(closed_at=None, fingerprint__startswith="shortfall:")
    return list(rows.values_list("title", flat=True))


def arrive(variant: Variant, units: int) -> None:
    StockLevel.objects.filter(variant=variant).update(available=units)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_orders_for_the_last_unit_one_is_short_and_one_alert_says_so():
    set_center_address()
    own_store, partner = make_own_store(), make_partner()
    make_variant(SKU, partner, stock=1)
    remotes = [channel_order([channel_line(SKU)]) for _ in range(2)]
    at_once(2, lambda number: capture_order(own_store, remotes[number]))
    assert sorted(Order.objects.values_list("attention", flat=True)) == ["", "shortfall"]
    assert sorted(PartnerOrderLine.objects.values_list("short", flat=True)) == [0, 1]
    assert len(open_alerts()) == 1
    assert Alert.objects.get(fingerprint__startswith="shortfall:").count == 1


def test_stock_of_another_partner_does_not_hide_that_this_one_is_short(own_store, partner, variant):
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=50)
    order, _ = capture_order(own_store, channel_order([channel_line(SKU, 3)]))
    assert (part_of(order).partner, part_of(order).short) == (partner, 1)


def test_placed_anyway_the_attention_ends_and_who_did_it_is_kept(order, user):
    accept_shortfall(part_of(order), user)
    assert (attention(order), open_alerts(), part_of(order).short) == ("", [], 0)
    event = OrderEvent.objects.get(order=order, kind="shortfall_accepted")
    assert event.user == user
    assert event.message == (
        f"Goes to Blue Door although 1 of 3 Product {SKU} is not in stock there."
    )
    assert part_of(order).partner_order is not None
    with pytest.raises(CannotSettle, match="not short any more"):
        accept_shortfall(part_of(order), user)
    assert OrderEvent.objects.filter(kind="shortfall_accepted").count() == 1


def test_it_can_wait_for_stock_and_goes_on_by_itself(order, variant, user):
    wait_for_stock(part_of(order), user)
    part = part_of(order)
    assert (part.hold_reason, part.partner_order) == ("waits for stock", None)
    assert (open_alerts(), attention(order)) == ([], "shortfall")
    assert settle_shortfalls() == 0
    arrive(variant, 3)
    assert settle_shortfalls() == 1
    part = part_of(order)
    assert (part.short, part.held_at, attention(order)) == (0, None, "")
    assert part.partner_order == PartnerOrder.objects.get(closed_at=None)


def test_arriving_stock_closes_alert_and_attention(order, variant):
    arrive(variant, 3)
    sweep(NOW)
    assert (attention(order), open_alerts(), part_of(order).short) == ("", [], 0)
    assert OrderEvent.objects.filter(order=order, kind="covered").count() == 1
    sweep(NOW)
    assert OrderEvent.objects.filter(order=order, kind="covered").count() == 1


def test_what_still_lacks_lacks_to_those_who_came_last(own_store, order, variant):
    second, _ = capture_order(own_store, channel_order([channel_line(SKU, 2)]))
    assert (part_of(order).short, part_of(second).short) == (1, 2)
    arrive(variant, 4)
    assert settle_shortfalls() == 1
    assert (part_of(order).short, part_of(second).short) == (0, 1)
    assert (attention(order), attention(second)) == ("", "shortfall")
    assert len(open_alerts()) == 1


def test_a_line_staff_hold_for_another_reason_is_not_let_go_by_stock(order, variant, user):
    hold_line(part_of(order), "ask the customer", user)
    arrive(variant, 9)
    settle_shortfalls()
    assert part_of(order).hold_reason == "ask the customer"


def test_the_missing_units_go_to_another_partner(order, partner, variant, user):
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=4, cost="15.00")
    (choice,) = elsewhere(part_of(order))
    assert (choice.partner, choice.free) == (other, 4)
    send_elsewhere(part_of(order), other, user)
    stays, goes = part_of(order), part_of(order, 2)
    assert (stays.partner, stays.quantity, stays.short) == (partner, 2, 0)
    assert (goes.partner, goes.quantity, goes.short, goes.unit_cost) == (other, 1, 0, 15)
    held = Reservation.objects.filter(released_at=None).order_by("pk")
    assert list(held.values_list("connection", "quantity")) == [
        (partner.connection_id, 2), (other.connection_id, 1),
    ]  # fmt: skip
    placed = PartnerOrder.objects.order_by("pk")
    assert [(row.partner, row.cost_total) for row in placed] == [(partner, 24), (other, 15)]
    assert (attention(order), open_alerts()) == ("", [])


def test_a_line_that_is_short_altogether_moves_as_a_whole(own_store, partner, user):
    variant = make_variant(SKU, partner, stock=0)
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=4, cost="15.00")
    order, _ = capture_order(own_store, channel_order([channel_line(SKU, 2)]))
    send_elsewhere(part_of(order), other, user)
    part = PartnerOrderLine.objects.get()
    assert (part.partner, part.quantity, part.short, part.unit_cost) == (other, 2, 0, 15)
    assert Reservation.objects.get().connection == other.connection
    assert part.partner_order.partner == other
    assert PartnerOrder.objects.get(partner=partner).cost_total == 0


def test_a_partner_with_too_few_free_units_is_no_choice(own_store, order, partner, variant, user):
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=1)
    Reservation.objects.create(key="x", variant=variant, connection=other.connection, quantity=1)
    assert elsewhere(part_of(order)) == []
    with pytest.raises(CannotSettle, match="does not have 1 free unit any more"):
        send_elsewhere(part_of(order), other, user)
    assert PartnerOrderLine.objects.get().partner == partner


def test_what_the_partner_has_is_settled_and_its_alert_closes(order, system, user):
    place()
    with pytest.raises(CannotSettle):
        wait_for_stock(part_of(order), user)
    assert attention(order) == ""
    settle_shortfalls()
    assert open_alerts() == []


def test_a_canceled_order_closes_its_shortfall(own_store, order):
    line = order.lines.get()
    again = channel_order(
        [channel_line(SKU, 3, external_id=line.external_id)],
        external_id=order.external_id,
        version=NOW,
        canceled_at=NOW,
    )
    capture_order(own_store, again)
    settle_shortfalls()
    assert open_alerts() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_pressed_by_ten_at_once_the_line_moves_once(django_user_model):
    set_center_address()
    own_store, partner = make_own_store(), make_partner()
    variant = make_variant(SKU, partner, stock=2)
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=4)
    order, _ = capture_order(own_store, channel_order([channel_line(SKU, 3)]))
    user, part = django_user_model.objects.create_user("mia"), part_of(order)

    def press_it(number: int) -> bool:
        try:
            send_elsewhere(part, other, user)
        except CannotSettle:
            return False
        return True

    assert sum(at_once(10, press_it)) == 1
    parts = PartnerOrderLine.objects.order_by("part")
    assert list(parts.values_list("partner", "quantity")) == [(partner.pk, 2), (other.pk, 1)]


def test_the_page_offers_the_choices_and_each_does_what_it_says(order, variant):
    other = make_partner("kettle-crane", rank=500)
    add_listing(variant, other, stock=4)
    client = log_in("Operator")
    html = texts(client.get(page_of(order)))
    assert f"Blue Door is short: 1 of 3 Product {SKU} is not there." in html
    assert "Kettle Crane has 4 free." in html
    for name in ("place_anyway", "wait_for_stock", "send_elsewhere"):
        assert f"/{part_of(order).pk}/do/{name}/" in html
    answer = press(client, part_of(order), "send_elsewhere", partner=other.pk)
    assert answer.redirect_chain[-1][0] == page_of(order)
    assert part_of(order, 2).partner == other
    assert "is short" not in texts(client.get(page_of(order)))


def test_the_choices_need_the_permission(order):
    viewer = log_in("Viewer")
    assert (
        not Group.objects.get(name="Viewer").permissions.filter(codename="approve_order").exists()
    )
    assert "/do/place_anyway/" not in texts(viewer.get(page_of(order)))
    assert press(viewer, part_of(order), "place_anyway").status_code == 403
    assert (attention(order), part_of(order).short) == ("shortfall", 1)
