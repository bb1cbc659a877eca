"""A system that says stock and lists no products, as an ERP does; it names our own SKUs."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from catalog.models import UnmatchedSku
from catalog.services.unmatched import note_unmatched
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import Provider, PullsStock
from integrations.types import AccountInfo, StockItem
from tests.catalog.builders import NOW, make_connection


class Erp(PullsStock, Provider):
    slug, label = "erp", "The ERP"

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        return "https://erp.example"

    def headers(self) -> dict[str, str]:
        return {}

    def check(self) -> AccountInfo:
        return AccountInfo("acme", "Acme")

    def pull_stock(self, items: Any = None, since: Any = None) -> Iterator[StockItem]:
        return iter(())


def make_erp(monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setitem(registry._providers, "erp", Erp)
    return make_connection("the-erp", provider="erp")


def unmatched(connection: Connection, sku: str, source: str = "stock") -> UnmatchedSku:
    reason = f"No product variant found for SKU {sku}."
    note_unmatched(connection, source, {sku: reason}, NOW)
    return UnmatchedSku.objects.get(connection=connection, source=source, sku=sku)
