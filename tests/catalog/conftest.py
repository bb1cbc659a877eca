"""Fixtures of catalog tests: a partner, our own store, and the shops behind them."""

import pytest

from catalog.models import Partner
from integrations.models import Connection
from tests.catalog.builders import OwnShop, PartnerShop, make_connection, make_partner


@pytest.fixture
def partner(db: None) -> Partner:
    return make_partner()


@pytest.fixture
def own(db: None) -> Connection:
    return make_connection("our-store", provider="shopify")


@pytest.fixture
def partner_shop() -> PartnerShop:
    return PartnerShop()


@pytest.fixture
def own_shop() -> OwnShop:
    return OwnShop()
