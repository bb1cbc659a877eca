"""Fixtures of order tests: an own store, one partner, its scripted system, and its week."""

import pytest
from django.contrib.auth.models import User

from catalog.models import Partner, Variant
from integrations.models import Connection
from orders.services import confirming, submission
from tests.orders.builders import (
    PartnerSystem,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)


@pytest.fixture
def own_store(db: None) -> Connection:
    return make_own_store()


@pytest.fixture
def partner(db: None) -> Partner:
    set_center_address()
    return make_partner()


@pytest.fixture
def system(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> PartnerSystem:
    """The partner's system; every provider_for of order services answers with it."""
    playing = PartnerSystem(account=partner.connection.account)

    def provider_for(connection: Connection) -> PartnerSystem:
        playing.account = connection.account
        return playing

    for module in (submission, confirming):
        monkeypatch.setattr(module, "provider_for", provider_for)
    return playing


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("mia")


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
