"""The page of an order whose partner has something else than the customer wants."""

import pytest

from integrations.errors import Rejected
from integrations.models import Alert, Connection
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services import decisions
from orders.services.capture import capture_order
from orders.services.partner_news import take_cancellation
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import (
    NOW,
    add_listing,
    channel_line,
    channel_order,
    make_partner,
    make_variant,
)
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


@pytest.fixture
def told_by_word(customer):
    """A partner whose system takes no cancellation, and tells of none."""
    veracore = {"provider": "veracore", "settings": {"company_id": "CROSSDOCK"}}
    Connection.objects.filter(pk=customer.row.connection_id).update(**veracore)
    customer.row = PartnerOrder.objects.get(pk=customer.row.pk)
    return customer


def test_a_partner_that_takes_no_cancellation_may_be_said_to_have_canceled(told_by_word):
    order = told_by_word.wants(canceled_at=NOW)
    client = log_in("Manager")
    html = texts(client.get(page_of(order)))
    assert "Ask them yourself. If they cancel it, press They canceled it." in html
    assert f"partnerorder/{told_by_word.row.pk}/do/they_canceled/" in html

    answer = press(client, told_by_word.row, "they_canceled")

    message = f"{told_by_word.row} is canceled. Nobody waits for anything of it."
    assert said(answer) == [message]
    assert (told_by_word.fresh.attention, Alert.objects.filter(kind="placement").count()) == ("", 0)
    event = told_by_word.fresh.events.get(kind="partner_canceled")
    assert (event.level, event.user.get_username()) == ("info", event.actor)


def test_lines_still_wanted_wait_for_another_partner_after_it(told_by_word):
    answer = press(log_in("Manager"), told_by_word.row, "they_canceled")

    then = "What customers still want of it has no partner now: decide on their orders."
    assert said(answer) == [f"{told_by_word.row} is canceled. {then}"]
    assert told_by_word.fresh.attention == "unrouted"


def test_it_is_asked_before_with_what_happens(told_by_word):
    html = texts(log_in("Manager").get(page_of(told_by_word.row)))

    assert "Blue Door is told nothing: press this when they said they canceled" in html
    assert "Lines customers still want wait for another partner" in html


def test_a_partner_that_can_be_asked_or_has_shipped_is_not_said_to_have_canceled(customer, user):
    html = texts(log_in("Manager").get(page_of(customer.row)))
    assert "do-they_canceled" not in html
    PartnerOrder.objects.update(status="shipped")

    row = take_cancellation(customer.row.connection, customer.row.external_id, "", user)

    assert row.status == "shipped"
    assert not row.events.filter(kind="partner_canceled").exists()


def test_a_partner_that_gave_the_line_back_before_is_told_of_when_it_is_found_again(customer):
    row = customer.row
    take_cancellation(row.connection, row.external_id, "No beans.")

    answer = press(log_in("Operator"), customer.fresh, "route")

    warned = "1 line found a partner: Blue Door. Blue Door canceled it before."
    assert said(answer) == [warned]
    assert customer.fresh.events.get(kind="routed").message == warned


def test_another_partner_is_named_without_a_warning(customer):
    row = customer.row
    take_cancellation(row.connection, row.external_id, "No beans.")
    other = make_partner("two-beans", rank=1)
    add_listing(customer.fresh.lines.get().variant, other, stock=50)

    answer = press(log_in("Operator"), customer.fresh, "route")

    assert said(answer) == ["1 line found a partner: Two Beans."]
