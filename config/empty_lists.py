"""What empty lists say while the store or the partners their rows come from are not connected."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from config.adminkit.empty import Empty
from config.setup_facts import address, page_of
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import Provider, PublishesProducts, PullsPurchaseOrders

MANAGE, VIEW = "integrations.manage_connection", "integrations.view_connection"
NOT_IN_USE = (Connection.Status.DRAFT, Connection.Status.ARCHIVED)


def not_connected(comes_from: str, things: str) -> Empty | None:
    """`comes_from`: store, partner, purchases or any. None while one of these is connected."""
    rows = _connections(comes_from).exclude(status__in=NOT_IN_USE).order_by("pk")
    found = list(rows.only("name", "status")[:20])
    if any(row.status == Connection.Status.ACTIVE for row in found):
        return None
    if found:
        row = found[0]
        title = f"{row.name}: {row.get_status_display().lower()}"
        text = f"{things} appear here once it is connected again."
        return Empty(title, text, "Open the connection", page_of(row), VIEW, "plug")
    return _to_connect(comes_from, things)


def _connections(comes_from: str) -> QuerySet[Connection]:
    if comes_from == "partner":
        return Connection.objects.exclude(partner=None)
    if comes_from == "store":
        known = registry.providers().items()
        own = [slug for slug, cls in known if issubclass(cls, PublishesProducts)]
        return Connection.objects.filter(provider__in=own)
    if comes_from == "purchases":
        known = registry.providers().items()
        able = [slug for slug, cls in known if issubclass(cls, PullsPurchaseOrders)]
        return Connection.objects.filter(provider__in=able)
    return Connection.objects.all()


def erp() -> type[Provider]:
    """The kind of system that has purchase orders."""
    known = registry.providers().values()
    return next(cls for cls in known if issubclass(cls, PullsPurchaseOrders))


def _to_connect(comes_from: str, things: str) -> Empty:
    if comes_from == "partner":
        text = f"{things} appear here once the store of a partner is connected."
        button, url = "Connect a partner store", address("connect_partner")
        return Empty("No partner is connected", text, button, url, MANAGE, "plug")
    if comes_from == "purchases":
        text = f"{things} appear here once the ERP is connected."
        button, url = f"Connect {erp().label}", address("connect_system", erp().slug)
        return Empty("No ERP is connected", text, button, url, MANAGE, "plug")
    text = f"{things} appear here once your own store is connected."
    button, url = "Connect your own store", address("connect_system", "shopify")
    return Empty("Your store is not connected", text, button, url, MANAGE, "plug")


site: Any = admin.site
site.not_connected = not_connected
