"""Fixtures of inventory tests: a partner with one imported variant, our own store, their shops."""

import pytest

from catalog.models import Listing, Partner, Variant
from integrations.models import Connection
from inventory.models import Location
from tests.catalog.builders import OwnShop, PartnerShop, make_connection, make_partner
from tests.inventory.builders import SKU, imported, list_in, make_level, make_location


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


@pytest.fixture
def listing(partner: Partner, variant: Variant, own: Connection, own_shop: OwnShop) -> Listing:
    """In our store with 0, and 12 to sell."""
    make_level(make_location(partner.connection), variant, 12)
    own_shop.shown = {f"I/{SKU}": 0}
    return list_in(own, variant)


@pytest.fixture
def shelf(db: None) -> Location:
    return Location.objects.get(connection=None)
