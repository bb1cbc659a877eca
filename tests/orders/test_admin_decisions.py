"""The page of an order whose partner has something else than the customer wants."""

import pytest

from integrations.errors import Rejected
from orders.models import Order, PartnerOrderLine, Submission
from orders.services import decisions
from orders.services.capture import capture_order
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import NOW, channel_line, channel_order, make_partner, make_variant
from tests.orders.pressing import page_of, press
from tests.orders.steps import place, send
from tests.orders.test_decisions import Customer, system  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(own_store, partner, system):  # noqa: F811
    found = Customer(own_store, partner, 3)
    found.row = place()
    return found


def show(order, group="Manager"):
    return texts(log_in(group).get(page_of(order)))


def test_the_banner_says_what_was_told_and_what_is_wanted(customer):
    html = show(customer.wants(1))

    assert "Blue Door was told 3 x Ethiopia; the customer now wants 1." in html
    assert "Ask Blue Door to send less…" in html
    assert (
        f"Blue Door is told to send less with {customer.row} (#1001): 1 instead of 3 x Ethiopia."
        in html
    )
    assert "arrives at your center as surplus" in html


def test_of_a_canceled_order_the_whole_partner_order_is_asked_back(customer):
    order = customer.wants(canceled_at=NOW)
    client = log_in("Manager")
    html = texts(client.get(page_of(order)))
    assert "Canceled after it was sent." in html
    assert "was told 3 x Ethiopia; the order is canceled." in html

    answer = press(client, order, "ask")

    assert said(answer) == ["Blue Door is asked. The page says what they answer."]
    assert Submission.objects.last().kind == "cancel"
    assert "wait for its outcome" in texts(client.get(page_of(order)))


def test_after_a_refusal_only_keeping_is_offered(customer, system, user):  # noqa: F811
    order = customer.wants(canceled_at=NOW)
    system.script = [Rejected("It is packed.")]
    send(decisions.ask_partner(order, customer.row, user))
    client = log_in("Manager")

    html = texts(client.get(page_of(order)))
    answer = press(client, order, "keep")

    assert "Blue Door did not agree: It is packed." in html
    assert "do/ask/" not in html
    assert "do/retry/" not in html
    assert said(answer) == ["3 units noted: no partner is told."]
    assert Order.objects.get().attention == ""
    assert len(system.pushed) == 1


def test_of_two_partners_one_can_be_chosen(own_store, partner, system, user):  # noqa: F811
    other = make_partner("two-beans")
    skus = [make_variant(f"PARTNER-{one.code}-A", one).sku for one in (partner, other)]
    remote = channel_order([channel_line(sku) for sku in skus])
    order, _ = capture_order(own_store, remote)
    rows = [place(partner=one) for one in (partner, other)]
    Order.objects.update(canceled_at=NOW)
    decisions.refresh_status(order)

    press(log_in("Manager"), order, "keep", **{f"row_{rows[1].pk}": "on"})

    kept = PartnerOrderLine.objects.order_by("pk").values_list("kept", flat=True)
    assert list(kept) == [0, 1]
    assert Order.objects.get().attention == "canceled_after_send"


def test_who_may_not_cancel_sees_the_banner_without_its_buttons(customer):
    order = customer.wants(canceled_at=NOW)
    client = log_in("Operator")

    html = texts(client.get(page_of(order)))
    answer = press(client, order, "ask")

    assert "was told 3 x Ethiopia" in html
    assert "do/ask/" not in html
    assert answer.status_code == 403
    assert press(client, order, "cancel", reason="x").status_code == 403
    assert Submission.objects.count() == 1


def test_canceling_here_says_who_is_told_and_asks_for_a_reason(customer, system):  # noqa: F811
    client = log_in("Manager")
    html = texts(client.get(page_of(customer.fresh)))
    assert f"Blue Door has it as {customer.row} (#1001) and is not told yet" in html
    assert "Own Store is not told: cancel and refund it there." in html

    press(client, customer.fresh, "cancel")
    assert customer.fresh.canceled_at is None
    answer = press(client, customer.fresh, "cancel", reason="Fraud.")

    assert "What a partner has is yours to decide." in said(answer)[0]
    assert customer.fresh.attention == "canceled_after_send"
    assert "do/cancel/" not in texts(client.get(page_of(customer.fresh)))


def test_a_new_address_names_the_partner_and_is_agreed_on(own_store, system):  # noqa: F811
    from tests.orders.news import moved

    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    customer = Customer(own_store, straight, 1)
    row = place()
    order = customer.wants(contact=moved("9 New Road"))
    client = log_in("Operator")

    html = texts(client.get(page_of(order)))
    press(client, order, "address")

    assert f"Straight was told to ship {row} to the old address." in html
    assert Order.objects.get().attention == ""
