"""Every list of the admin: as many queries for many rows as for few, and found by all it names."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.adminkit import counting
from config.adminkit.nav import CACHE_PREFIX
from tests.catalog.people import log_in
from tests.many_rows import fill

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
ADMINS = {one.opts.model_name: one for one in admin.site._registry.values()}
LISTS = {
    name: reverse(f"admin:{one.opts.app_label}_{name}_changelist") for name, one in ADMINS.items()
}
# What finds the rows of number 2 and no other; the last is what all of them have.
SEARCHES = {
    "user": ["person002", "person002@staff.example", "person"],
    "group": ["group002", "group"],
    "alert": ["Trouble 002", "retry 002", "Trouble"],
    "connection": ["Shop 002", ".fake"],
    "installlink": ["shop002", "OWNER002@shop.example", "owner"],
    "apikey": ["Script 002", "cd_key00002", "Script"],
    "bulkaction": ["hold 002", "person002", "Hold"],
    "importjob": ["prices 002", "person002", "prices"],
    "syncrun": ["stock002", "shop 002", "stock"],
    "flowschedule": ["stock002", "Shop 002", "stock"],
    "inboundevent": ["delivery-002", "shop002.fake", "002.fake orders/create", "orders/create"],
    "partner": ["Partner 002", "code"],
    "unmatchedsku": ["OLD-002", "old-002", "OLD"],
    "variant": ["KU-002", "coffee 002", "002 GRAMS", "400002", "coffee 002 grams", "Coffee"],
    "stocklevel": ["sku-002", "ku-002", "Coffee 002", "400002", "Store 002", "coffee"],
    "purchaseorder": ["PO-9002", "Supplier 002", "Supplier"],
    "location": ["Store 002", "Store"],
    "order": [
        *(
            "#1002",
            "1002",
            "/Order/77002",
            "77002",
            "dana002@mail.example",
            "dana002@",
            "DANA No002",
        ),
        *("1Z002", "z002", "Sku-002", "sku-002", "gift-002", "ift-002", "dana002 gift-002"),
        "mail.example",
    ],
    "partnerorder": [
        *("AAAA002", "#1002", "1002", "/Order/88002", "sku-002", "ku-002", "CD-AAAA"),
    ],
    "partnerorderline": ["sku-002", "#1002", "ku-002", "sku"],
    "shipment": ["#1002", "CD-AAAAAAA002", "2002", "z002", "1Z"],
    "notification": ["dana002@mail.example", "Parcel 002", "#1002", "na002@", "left"],
    "privacyrequest": ["shop002.fake", "customer002", "customer"],
}


@pytest.fixture(autouse=True)
def nothing_runs_out(monkeypatch):
    """What is kept for 15 seconds must not end between two looks on a slow machine."""
    for place in ("adminkit.nav.COUNT_SECONDS", "adminkit.site.COUNT_SECONDS"):
        monkeypatch.setattr(f"config.{place}", 3600)
    monkeypatch.setattr("inventory.freshness.KEPT_S", 3600)
    monkeypatch.setattr("catalog.admin.variant_filters.COUNT_SECONDS", 3600)


@pytest.fixture
def client() -> Client:
    """Somebody who may do everything because of a group, which costs two queries on each page."""
    client = log_in("Owner")
    Group.objects.get(name="Owner").permissions.set(Permission.objects.all())
    return client


def keys_of(name: str) -> set[int]:
    return set(ADMINS[name].model._base_manager.values_list("pk", flat=True))


def found(client: Client, name: str, **query: str) -> set[int]:
    """Keys of the rows of the list, or of the one row it goes to."""
    page = client.get(LISTS[name], query)
    if goes_to := re.search(r"/(\d+)/change/$", page.headers.get("Location", "")):
        return {int(goes_to[1])}
    assert page.status_code == 200
    return {row.pk for row in page.context["cl"].result_list}


def queries_of(client: Client, name: str, **query: str) -> int:
    """Of a page whose sidebar was counted before."""
    client.get(LISTS[name], query)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(LISTS[name], query).status_code == 200
    return len(caught)


def count_all(client: Client) -> dict[str, int]:
    """Queries of each list: as it opens, and searched by what all its rows have."""
    counts = {name: queries_of(client, name) for name in LISTS}
    for name, (*_, common) in SEARCHES.items():
        counts[f"{name}: {common}"] = queries_of(client, name, q=common)
    return counts


def too_many(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count > MOST_QUERIES}


def test_no_list_is_left_out_here():
    assert SEARCHES.keys() == LISTS.keys()


def test_a_list_takes_twelve_queries_at_most_and_no_more_for_more_rows(client):
    fill(1, 11)
    few = count_all(client)
    fill(12, 55)
    many = count_all(client)

    assert many == few
    assert too_many(many) == {}


def test_twelve_queries_are_enough_for_a_list_nobody_counts_to_its_end(client, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 10)
    fill(1, 55)

    assert too_many(count_all(client)) == {}


def test_the_sidebar_is_counted_by_one_query(client):
    fill(1, 1)
    warm = queries_of(client, "group")
    cache.delete_many([f"{CACHE_PREFIX}{url}" for url in LISTS.values()])
    with CaptureQueriesContext(connection) as caught:
        page = client.get(LISTS["group"])

    items = [item for group in page.context["kit"]["nav"] for item in group["items"]]
    assert len(caught) == warm + 1
    assert {item.label: item.count for item in items if item.count} == {
        "Alerts": 1,
        "Orders": 1,
        "Partner orders": 1,
        "Shipments": 1,
        "Webhook inbox": 1,
        "Unmatched SKUs": 1,
        "Locations": 1,
        "Privacy requests": 1,
    }


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in SEARCHES.items() for text in texts[:-1]]
)
def test_a_list_finds_a_row_by_each_thing_it_names_and_no_stranger(client, name, text):
    fill(1, 1)
    others = keys_of(name)
    fill(2, 2)
    wanted = keys_of(name) - others
    fill(3, 3)

    assert found(client, name, q=text) == wanted
