"""Fixtures of catalog tests: a partner, our own store, and the shops behind them."""

import pytest

from catalog.models import Partner
from integrations.models import Connection, SyncRun
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


@pytest.fixture
def imports(monkeypatch):
    """What the service was asked to import."""
    calls = []

    def record(partner, listing_ids, user, markup=None, rounding=None, prices=None):
        calls.append((partner.code, sorted(listing_ids), markup, rounding, dict(prices or {})))
        connection = Connection.objects.get(provider="shopify")
        return SyncRun.objects.create(
            connection=connection, flow="publish_products", trigger="staff"
        )

    monkeypatch.setattr("catalog.admin.import_page.import_products", record)
    return calls
