"""Fixtures of inventory tests: a partner with one imported variant, our own store, their shops."""

import pytest

from catalog.models import Partner, Variant
from integrations.models import Connection
from tests.catalog.builders import OwnShop, PartnerShop, make_connection, make_partner
from tests.inventory.builders import imported


@pytest.fixture
def partner(db: None) -> Partner:
    return make_partner()


@pytest.fixture
def variant(partner: Partner) -> Variant:
    return imported(partner, 1)


@pytest.fixture
def own(db: None) -> Connection:
    return make_connection("our-store", provider="shopify")


@pytest.fixture
def partner_shop() -> PartnerShop:
    return PartnerShop()


@pytest.fixture
def own_shop() -> OwnShop:
    return OwnShop()
