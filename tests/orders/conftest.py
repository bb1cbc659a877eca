"""Fixtures of order tests: an own store, one partner, and its scripted system."""

import pytest
from django.contrib.auth.models import User

from catalog.models import Partner
from integrations.models import Connection
from orders.services import confirming, submission
from tests.orders.builders import (
    PartnerSystem,
    make_own_store,
    make_partner,
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
