"""What a partner is told of the customer's order behind theirs, and what not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.models import Alert, Connection
from integrations.types import Address, Contact, LineToPlace, PlacedLine
from orders.models import PartnerOrder, Submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit, why_not
from orders.services.differing import differs
from orders.services.order_values import order_to_place
from tests.orders.builders import (
    CUSTOMER,
    NOW,
    channel_line,
    channel_order,
    make_partner,
    make_variant,
)
from tests.orders.steps import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def straight(own_store, system):
    """A partner who sends straight to the customer."""
    return make_partner("straight", dispatch="immediate", ship_to="customer")


def put_up(partner, *lines, **fields) -> Submission:
    variant = make_variant("MUG", partner)
    wanted = lines or (channel_line(variant.sku, 2),)
    capture_order(Connection.objects.get(slug="own-store"), channel_order(wanted, **fields))
    return close_and_submit(PartnerOrder.objects.get(partner=partner))


def test_who_ships_to_the_customer_is_told_the_order_and_its_person(straight):
    submission = put_up(straight, number="#1001", delivery_method="delivery")
    value = order_to_place(submission)
    assert value.customer.number == "#1001"
    assert (value.customer.total, value.customer.currency) == (Decimal("48.00"), "USD")
    assert (value.customer.placed_at, value.customer.is_paid) == (NOW, True)
    assert value.customer.delivery_method == "delivery"
    assert (value.email, value.ship_to.name) == (CUSTOMER.email, "Dana Petrov")


def test_a_center_bound_order_tells_nobodys_order(pending):
    value = order_to_place(pending)
    assert (value.customer, value.email) == (None, "")
    assert [line.price for line in value.lines] == [None]
    assert "price" not in pending.content["lines"][0]


def test_the_price_is_what_the_customer_pays_for_one_after_discounts(straight):
    lines = [channel_line("MUG", 2, price=Decimal("24.00"), discount=Decimal("6.00"))]
    submission = put_up(straight, *lines)
    assert submission.content["lines"][0]["price"] == "21.00"
    assert [line.price for line in order_to_place(submission).lines] == [Decimal("21.00")]


def test_units_sold_at_two_prices_have_none(straight):
    lines = [channel_line("MUG", 1), channel_line("MUG", 1, price=Decimal("20.00"))]
    assert [line.price for line in order_to_place(put_up(straight, *lines)).lines] == [None]


def test_who_fetches_the_order_needs_a_name_and_no_address(straight):
    here = Contact(name="Dana Petrov", email="d@customer.example", address=Address(name="Dana"))
    submission = put_up(straight, contact=here, delivery_method="pickup")
    assert why_not(submission.partner_order) == []
    assert order_to_place(submission).ship_to.name == "Dana Petrov"


def test_what_is_sent_to_nowhere_still_needs_an_address(straight, own_store):
    variant = make_variant("CUP", straight)
    nowhere = Contact(name="Dana Petrov", email="d@customer.example")
    capture_order(own_store, channel_order([channel_line(variant.sku)], contact=nowhere))
    reasons = why_not(PartnerOrder.objects.get(partner=straight))
    assert reasons == ["The customer has no address it could be sent to."]


def line(external_id: str, sku: str, units: int) -> LineToPlace:
    return LineToPlace(external_id, sku, "", units, Decimal(1))


def test_lines_that_name_a_sku_alone_are_compared_by_it():
    ours = {1: line("P-7", "MUG", 2), 2: line("P-8", "CUP", 1)}
    assert differs(ours, (PlacedLine("", "MUG", 2), PlacedLine("", "CUP", 1))) == ""
    assert differs(ours, (PlacedLine("", "MUG", 2),)) == "CUP: 1 sent, 0 there"
    other = (PlacedLine("", "MUG", 2), PlacedLine("P-8", "CUP", 1), PlacedLine("", "JAR", 1))
    assert differs(ours, other) == "JAR: 0 sent, 1 there"


def test_an_answer_with_an_id_alone_says_nothing_of_the_lines(pending, system):
    take = system._take
    system._take = lambda order: replace(take(order), lines=(), tells_lines=False)
    assert send(pending).status == "submitted"
    assert not Alert.objects.filter(kind="difference").exists()
