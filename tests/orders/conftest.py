"""Fixtures of order tests: an own store, one partner, its scripted system, and its week."""

import pytest
from django.contrib.auth.models import User
from django_q.models import OrmQ

from catalog.models import Partner, Variant
from integrations.models import Connection
from orders.models import PartnerOrder, Submission
from orders.services import confirming, submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from tests.orders.builders import (
    FullSystem,
    PartnerSystem,
    channel_line,
    channel_order,
    make_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)
from tests.orders.editing import Customer


@pytest.fixture
def own_store(db: None) -> Connection:
    return make_own_store()


@pytest.fixture
def partner(db: None) -> Partner:
    set_center_address()
    return make_partner()


def play(playing: PartnerSystem, monkeypatch: pytest.MonkeyPatch) -> PartnerSystem:
    """Every provider_for of order services answers with it."""

    def provider_for(connection: Connection) -> PartnerSystem:
        playing.account = connection.account
        return playing

    for module in (submission, confirming):
        monkeypatch.setattr(module, "provider_for", provider_for)
    return playing


@pytest.fixture
def system(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> PartnerSystem:
    """The partner's system."""
    return play(PartnerSystem(account=partner.connection.account), monkeypatch)


@pytest.fixture
def full_system(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> PartnerSystem:
    """The partner's system, where that can be asked for less."""
    return play(FullSystem(account=partner.connection.account), monkeypatch)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("mia")


@pytest.fixture
def pending(own_store: Connection, partner: Partner, system: PartnerSystem) -> Submission:
    """A closed partner order with one line of two units, ready to be sent."""
    variant = make_variant(partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    return close_and_submit(PartnerOrder.objects.get(partner=partner))


@pytest.fixture
def slept() -> list[int]:
    """Seconds slept between tries."""
    return []


@pytest.fixture
def week(partner: Partner) -> Partner:
    """The partner takes one order a week, added to daily at 18:00, until Friday 17:00 UTC."""
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly_append")
    return Partner.objects.get(pk=partner.pk)


@pytest.fixture
def ethiopia(partner: Partner) -> Variant:
    return make_variant("PARTNER-bluedoor-ETH", partner, stock=50)


@pytest.fixture
def kenya(partner: Partner) -> Variant:
    return make_variant("PARTNER-bluedoor-KEN", partner, stock=50, cost="9.00")


@pytest.fixture
def customer(own_store: Connection, partner: Partner) -> Customer:
    """Wants three units."""
    return Customer(own_store, partner, 3)


@pytest.fixture
def placed(own_store: Connection, partner: Partner) -> PartnerOrder:
    """Open, with the lines of two customers; nothing waits in the queue."""
    sku = "PARTNER-bluedoor-ETH250"
    make_variant(sku, partner)
    make_order(own_store, sku)
    make_order(own_store, sku)
    OrmQ.objects.all().delete()
    return PartnerOrder.objects.get()
