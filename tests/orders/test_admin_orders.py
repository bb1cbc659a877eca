"""The page of an order: what it says in each state, and what its buttons do."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from integrations.errors import Rejected
from integrations.models import Connection
from orders.admin.order_facts import OrderFacts
from orders.admin.order_steps import steps
from orders.models import Order, OrderContact, PartnerOrder, Shipment
from orders.services.approving import hold_order
from orders.services.capture import capture_order
from orders.services.center import receive_shipment
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.pressing import page_of, place, press, press_bulk, take_parcel

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def order(own_store, partner):
    make_variant(SKU, partner)
    return make_order(own_store, SKU)


@pytest.fixture
def on_shelf(own_store, db):
    """An order of something that lies on our own shelf."""
    make_variant("MUG-1")
    return make_order(own_store, "MUG-1")


def show(row, group="Operator"):
    return log_in(group).get(page_of(row))


def test_the_page_says_customer_lines_payment_and_numbers(order):
    html = texts(show(order, "Viewer"))

    for words in ["Dana Petrov", "4 Market St", SKU, "Blue Door", "$24.00", "Captured from"]:
        assert words in html
    assert PartnerOrder.objects.get().reference in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opened": 1}, "Blue Door does not answer"),
        ({"status": "needs_attention"}, "Blue Door is not connected"),
    ],
)
def test_a_line_whose_partner_cannot_be_reached_says_so(order, fields, words):
    Connection.objects.filter(slug="blue-door").update(**fields)
    assert words in texts(show(order, "Viewer"))


def test_an_order_that_waits_for_a_connection_says_so_on_top_and_leads_there(order):
    row = Connection.objects.get(slug="blue-door")
    Connection.objects.update(status="needs_attention", status_reason="They removed our app.")

    (banner,) = show(order, "Viewer").context["banners"]

    assert banner.title == "Waits for Blue Door."
    assert banner.text == "They removed our app. What waits goes out by itself once it works."
    assert banner.links == [("Open connection", f"/admin/integrations/connection/{row.pk}/change/")]


def test_a_connection_that_works_has_no_banner(order):
    assert show(order, "Viewer").context["banners"] == []


def test_steps_follow_the_goods_to_our_center(order, system):
    names = [step.name for step in show(order).context["steps"]]

    assert names == ["Captured", "Paid", "Placed", "Received", "Shipped", "Delivered"]


def test_steps_of_goods_that_go_to_the_customer_are_packed_not_received(own_store, db):
    partner = make_partner(ship_to="customer", dispatch="immediate")
    make_variant(SKU, partner)
    order = make_order(own_store, SKU)

    names = [step.name for step in show(order).context["steps"]]

    assert names[3] == "Packed"


def test_a_redacted_customer_is_not_shown(order):
    OrderContact.objects.update(redacted_at=timezone.now())

    html = texts(show(order))

    assert "Redacted" in html
    assert "Dana" not in html
    assert "Market St" not in html


def test_a_failed_placement_says_why_and_offers_retry(order, system):
    system.script = [Rejected("They do not know the SKU ETH250.")]
    place(PartnerOrder.objects.get())

    html = texts(show(order))

    assert "They do not know the SKU ETH250." in html
    assert f"/admin/orders/partnerorder/{PartnerOrder.objects.get().pk}/do/retry/" in html
    assert show_step(order, "Placed").tone == "bad"


def show_step(order, name):
    fresh = Order.objects.get(pk=order.pk)
    return next(step for step in steps(OrderFacts(fresh)) if step.name == name)


def test_an_unrouted_line_offers_route_again_and_finds_its_partner(own_store, partner):
    order = make_order(own_store, SKU)
    client = log_in("Operator")
    page = texts(client.get(page_of(order)))
    make_variant(SKU, partner)

    answer = press(client, order, "route")

    assert "1 line has no partner." in page
    assert said(answer) == ["1 line found a partner: Blue Door."]
    told = [event.message for event in order.events.filter(kind="unrouted")]
    assert told == [f"Product {SKU} has no partner. No product variant found for SKU {SKU}."]
    assert order.lines.get().parts.get().partner == partner


def test_route_again_without_a_product_says_what_is_missing(own_store, partner):
    order = make_order(own_store, SKU)

    answer = press(log_in("Operator"), order, "route")

    assert said(answer) == [
        "Still no partner lists it. Import the product first; if it is your own, press We ship it."
    ]


def test_hold_takes_it_out_and_release_puts_it_back(order):
    client = log_in("Operator")

    held = press(client, order, "hold", reason="They asked")
    parts_while_held = PartnerOrder.objects.get().lines.count()
    released = press(client, order, "release")

    assert said(held) == ["1 order on hold: nothing more of it is sent."]
    assert parts_while_held == 0
    assert said(released) == ["1 order released: its lines go to their partners."]
    assert PartnerOrder.objects.get().lines.count() == 1
    assert LogEntry.objects.count() == 2


def test_hold_on_ticked_rows_skips_those_on_hold(own_store, order, admin_user):
    other = make_order(own_store, SKU)
    hold_order(other, admin_user)

    answer = press_bulk(log_in("Operator"), [order, other], "hold", reason="")

    assert said(answer)[0].endswith("1 skipped (on hold already).")
    assert Order.objects.filter(held_at=None).count() == 0


def test_approve_is_offered_only_where_a_partner_waits_for_it(own_store, order):
    make_variant("PARTNER-north-1", make_partner("north", trigger="approved"))
    waiting = make_order(own_store, "PARTNER-north-1")
    client = log_in("Operator")

    assert "/do/approve/" not in texts(client.get(page_of(order)))
    assert "/do/approve/" in texts(client.get(page_of(waiting)))
    press(client, waiting, "approve")

    assert PartnerOrder.objects.get(partner__code="north").lines.count() == 1


def test_ship_to_customer_is_filled_with_what_lies_here(on_shelf):
    line = on_shelf.lines.get()

    response = show(on_shelf)

    assert f'name="units_{line.pk}" value="1"' in texts(response)
    assert response.context["detail_buttons"]["primary"][0]["label"] == "Ship to customer…"


def test_shipping_tells_what_happened_and_leaves_a_parcel(on_shelf):
    line = on_shelf.lines.get()
    form = {"carrier": "UPS", "tracking_number": " 1Z77 ", f"units_{line.pk}": "1"}

    answer = press(log_in("Operator"), on_shelf, "ship", **form)

    parcel = Shipment.objects.get()
    assert said(answer)[0].startswith("UPS 1Z77 is on its way.")
    assert f"/admin/orders/shipment/{parcel.pk}/change/" in said(answer)[0]
    assert (parcel.tracking_number, parcel.lines.get().quantity) == ("1Z77", 1)


def test_shipping_twice_ships_once(on_shelf):
    form = {"carrier": "UPS", "tracking_number": "1Z77", f"units_{on_shelf.lines.get().pk}": "1"}
    client = log_in("Operator")
    press(client, on_shelf, "ship", **form)

    answer = press(client, on_shelf, "ship", **form)

    assert "nothing of it lies at our center" in said(answer)[0]
    assert Shipment.objects.count() == 1


def test_more_units_than_lie_here_are_not_shipped(on_shelf):
    form = {"carrier": "UPS", "tracking_number": "1Z77", f"units_{on_shelf.lines.get().pk}": "2"}

    html = texts(press(log_in("Operator"), on_shelf, "ship", **form))

    assert "less than or equal to 1" in html
    assert Shipment.objects.count() == 0


def test_no_ship_button_while_nothing_lies_here(order):
    assert "/do/ship/" not in texts(show(order))


def test_after_receiving_the_line_says_how_many_lie_here(order, system, admin_user):
    placed = place(PartnerOrder.objects.get())
    receive_shipment(take_parcel(placed), admin_user)

    row = show(order).context["rows"][0]

    assert (row.state, row.note) == ("Received", "1 of 1 at our center")


@pytest.mark.parametrize("name", ["approve", "hold", "release", "route", "ship"])
def test_a_viewer_may_press_nothing(order, name):
    client = log_in("Viewer")

    assert press(client, order, name).status_code == 403
    assert "/do/" not in texts(client.get(page_of(order)))
    assert LogEntry.objects.count() == 0


def test_canceled_after_it_was_sent_says_what_to_do(own_store, order, system):
    place(PartnerOrder.objects.get())
    cancel_in_store(own_store, order)

    response = show(order)

    assert response.context["steps"][-1].name == "Canceled"
    assert "the order is canceled." in texts(response)
    assert "/do/hold/" not in texts(response)


def cancel_in_store(own_store, order):
    line = order.lines.get()
    remote = channel_order(
        [channel_line(SKU, external_id=line.external_id)],
        external_id=order.external_id,
        version=NOW + timedelta(minutes=5),
        canceled_at=NOW,
    )
    capture_order(own_store, remote)


def test_a_shortfall_names_the_choices(own_store, partner):
    make_variant(SKU, partner, stock=0)
    order = make_order(own_store, SKU)

    html = texts(show(order))

    assert f"Blue Door is short: 1 of 1 Product {SKU} is not there." in html
    assert "cancel the units with the customer in the store" in html
