"""Stock over the API: the last numbers, their age, and which of them may not be so any more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, SyncRun
from inventory.models import Location, StockLevel
from tests.orders.builders import make_variant
from tests.orders.test_api import caller, warehouse

pytestmark = pytest.mark.django_db
__all__ = ["caller", "warehouse"]


def stock(warehouse, **fields) -> Connection:
    Location.objects.update(as_of=timezone.now())
    StockLevel.objects.update(as_of=timezone.now())
    Connection.objects.filter(pk=warehouse.connection_id).update(**fields)
    return warehouse.connection


def test_stock_is_served_with_its_age(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    stock(warehouse)
    answer = caller.get("/api/v1/inventory/mug").json()
    assert (answer["source"], answer["warning"]) == ("live", "")
    assert (answer["item"]["sku"], answer["item"]["sellable"]) == ("MUG", 7)
    (place_,) = answer["item"]["locations"]
    assert (place_["connection"], place_["available"], place_["stale"]) == ("straight", 7, False)


def test_after_a_failed_run_the_last_numbers_are_served_with_a_warning(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    connection = stock(warehouse)
    ended = {"finished_at": timezone.now(), "trigger": "schedule", "flow": "stock"}
    SyncRun.objects.create(connection=connection, status="failed", **ended)
    answer = caller.get("/api/v1/inventory?sku=MUG").json()
    assert answer["source"] == "stale_cache"
    assert answer["warning"] == "Straight: the last run of its stock did not succeed."
    assert (
        answer["items"][0]["locations"][0] | {"available": 7, "stale": True}
        == (answer["items"][0]["locations"][0])
    )
    SyncRun.objects.create(connection=connection, status="completed", **ended)
    assert caller.get("/api/v1/inventory?sku=MUG").json()["source"] == "live"


def test_numbers_older_than_their_allowance_are_marked(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    stock(warehouse)
    StockLevel.objects.update(as_of=timezone.now() - timedelta(hours=25))
    Location.objects.update(as_of=timezone.now() - timedelta(hours=25))
    answer = caller.get("/api/v1/inventory/MUG").json()
    assert answer["warning"] == "Straight: its numbers are older than 24 hours."
    assert answer["item"]["sellable"] == 7


def test_a_number_said_after_the_run_that_failed_is_live(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    connection = stock(warehouse)
    began = timezone.now() - timedelta(minutes=5)
    ended = {"finished_at": timezone.now(), "trigger": "schedule", "flow": "stock"}
    SyncRun.objects.create(connection=connection, status="failed", started_at=began, **ended)
    SyncRun.objects.create(
        connection=connection, status="completed", params={"skus": ["CUP"]}, **ended
    )
    assert caller.get("/api/v1/inventory/MUG").json()["source"] == "live"
    StockLevel.objects.update(as_of=began - timedelta(minutes=1))
    Location.objects.update(as_of=began - timedelta(minutes=1))
    assert caller.get("/api/v1/inventory/MUG").json()["source"] == "stale_cache"


def test_a_number_the_last_answer_left_out_keeps_its_age_and_is_marked(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    make_variant("CUP", warehouse, stock=3)
    stock(warehouse)
    old = timezone.now() - timedelta(hours=2)
    missing = StockLevel.objects.filter(variant__sku="MUG")
    missing.update(as_of=old, missing_since=timezone.now())
    answer = caller.get("/api/v1/inventory").json()
    assert answer["warning"] == "Straight: its last answer left out some of these SKUs."
    assert answer["as_of"] == old.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    stale = {one["sku"]: one["locations"][0]["stale"] for one in answer["items"]}
    assert stale == {"MUG": True, "CUP": False}
    assert caller.get("/api/v1/inventory/CUP").json()["source"] == "live"


def test_an_unchanged_number_is_as_old_as_the_snapshot_that_confirmed_it(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    stock(warehouse)
    StockLevel.objects.update(as_of=timezone.now() - timedelta(days=9))
    answer = caller.get("/api/v1/inventory/MUG").json()
    assert (answer["source"], answer["item"]["locations"][0]["stale"]) == ("live", False)
    assert answer["as_of"] > (timezone.now() - timedelta(minutes=1)).isoformat()


def test_the_numbers_of_an_archived_system_are_not_served(caller, warehouse):
    make_variant("MUG", warehouse, stock=7)
    stock(warehouse, status="archived")
    Location.objects.update(as_of=timezone.now() - timedelta(days=30))
    answer = caller.get("/api/v1/inventory/MUG").json()
    assert (answer["source"], answer["item"]["locations"]) == ("live", [])
    assert answer["item"]["sellable"] == 0
