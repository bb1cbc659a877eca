"""A new address after sending, told to a partner whose system takes it."""

import pytest

from integrations.errors import Rejected, Unconfirmed
from integrations.models import Connection
from integrations.providers.base import UpdatesOrders
from orders.models import PartnerOrder, Submission
from orders.services import address_news
from orders.services.refusals import explain_refusal
from tests.catalog.people import log_in, texts
from tests.orders.builders import PartnerSystem, make_partner
from tests.orders.conftest import play
from tests.orders.editing import Customer
from tests.orders.news import moved
from tests.orders.pressing import page_of, press
from tests.orders.steps import look, place, send

pytestmark = pytest.mark.django_db


class Changeable(PartnerSystem, UpdatesOrders):
    """Takes a new address; what stands in `fails` is raised after it took effect."""

    def __init__(self, account):
        super().__init__(account)
        self.moved, self.fails = [], []

    def update_order(self, external_id, change):
        self.moved.append(change.ship_to.street1)
        if self.fails:
            raise self.fails.pop(0)
        return next(iter(self.orders.values()))


@pytest.fixture
def straight(partner):
    warehouse = make_partner("straight", dispatch="immediate", ship_to="customer")
    settings = {"provider": "extensiv", "settings": {"base_url": "https://wms.east.example"}}
    Connection.objects.filter(pk=warehouse.connection_id).update(**settings)
    warehouse.refresh_from_db()
    return warehouse


@pytest.fixture
def system(straight, monkeypatch):
    return play(Changeable(straight.connection.account), monkeypatch)


@pytest.fixture
def customer(own_store, straight, system):
    """Moved to 9 New Road after their order was placed."""
    found = Customer(own_store, straight, 1)
    place(partner=straight)
    found.wants(contact=moved("9 New Road"))
    return found


def told() -> Submission:
    return Submission.objects.get(kind="update")


def test_the_partner_is_told_once_and_the_order_is_in_order(customer, system, user):
    assert customer.fresh.attention == "changed_after_send"
    assert address_news.send_address(customer.fresh, user) == 1
    assert address_news.send_address(customer.fresh, user) == 0
    assert send(told()).status == "submitted"
    assert system.moved == ["9 New Road"]
    assert customer.fresh.attention == ""
    assert told().reference.endswith("-2")


def test_an_outcome_nobody_knows_is_answered_by_setting_it_once_more(customer, system, user):
    system.fails = [Unconfirmed("Lost.")]
    address_news.send_address(customer.fresh, user)
    assert send(told()).status == "unconfirmed"
    assert look(told()).status == "pending"
    assert send(told()).status == "submitted"
    assert system.moved == ["9 New Road"] * 2
    assert len(system.pushed) == 1


def test_an_address_that_changed_again_is_not_sent_unseen(customer, system, user):
    address_news.send_address(customer.fresh, user)
    customer.wants(contact=moved("10 Newer Road"))
    row = send(told())
    assert (row.status, row.error) == (
        "failed",
        "Where it goes to changed again. Look at it and retry.",
    )
    assert system.moved == []


def test_after_an_outcome_nobody_knows_a_newer_address_is_not_sent_unseen(customer, system, user):
    system.fails = [Unconfirmed("Lost.")]
    address_news.send_address(customer.fresh, user)
    assert send(told()).status == "unconfirmed"
    customer.wants(contact=moved("10 Newer Road"))
    assert look(told()).status == "pending"
    row = send(told())
    assert (row.status, row.error_kind) == ("failed", "rejected")
    assert row.error.startswith("Where it goes to changed again.")
    assert system.moved == ["9 New Road"]


def test_a_refusal_says_what_to_do(customer, system, user):
    system.fails = [Rejected("It is packed.")]
    address_news.send_address(customer.fresh, user)
    refusal = explain_refusal(send(told()))
    assert refusal.title.startswith("Straight did not take the new address of CD-")
    assert "Tell the partner yourself" in refusal.text


def test_what_was_shipped_is_not_told_any_more(customer, system, user):
    PartnerOrder.objects.update(status="shipped")
    assert address_news.send_address(customer.fresh, user) == 0
    assert not Submission.objects.filter(kind="update").exists()


def test_a_partner_that_takes_no_changes_is_left_to_a_person(own_store, partner, user):
    other = make_partner("other", dispatch="immediate", ship_to="customer")
    found = Customer(own_store, other, 1)
    assert not address_news.takes_addresses(PartnerOrder.objects.get(partner=other))
    assert address_news.send_address(found.fresh, user) == 0


def test_the_page_offers_both_ways(customer, system):
    client = log_in("Operator")
    html = texts(client.get(page_of(customer.fresh)))
    assert "Send the new address" in html
    assert "They know the address" in html
    press(client, customer.fresh, "send_address")
    assert told().approved_by.username == "operator-person"


def test_the_button_is_gone_while_the_partner_is_being_told(customer, system, user):
    address_news.send_address(customer.fresh, user)
    html = texts(log_in("Operator").get(page_of(customer.fresh)))
    assert "Send the new address" not in html


@pytest.mark.parametrize("status", ["shipped", "delivered", "canceled"])
def test_the_button_is_gone_once_the_order_left_or_ended(customer, system, status):
    PartnerOrder.objects.update(status=status)
    html = texts(log_in("Operator").get(page_of(customer.fresh)))
    assert "Send the new address" not in html


@pytest.mark.parametrize("status", ["confirmed", "picking", "packed"])
def test_the_button_is_there_as_long_as_the_parcel_is_not_on_its_way(customer, system, status):
    PartnerOrder.objects.update(status=status)
    html = texts(log_in("Operator").get(page_of(customer.fresh)))
    assert "Send the new address" in html
