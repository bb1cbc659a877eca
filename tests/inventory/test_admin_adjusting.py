"""Adjusting stock of our shelf in the admin, and asking a store for its number."""

import pytest

from integrations.models import SyncRun
from inventory.models import StockChange, StockLevel
from tests.catalog.builders import make_variant
from tests.catalog.people import log_in, said, texts
from tests.inventory.stock_pages import make_level, on_shelf, page, press

pytestmark = pytest.mark.django_db


def test_adjusting_our_shelf_writes_the_ledger(shelf):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": "-1", "reason": "Damaged bag"}
    response = log_in("Manager").post(press(level, "adjust"), data, follow=True)
    change = StockChange.objects.get()
    assert (change.before, change.after, change.note) == (4, 3, "Damaged bag")
    assert change.user.username == "manager-person"
    assert said(response) == ["3 of OURS at Our fulfillment center; 3 can be sold."]


@pytest.mark.parametrize(("delta", "reason"), [("0", "x"), ("", "x"), ("2", ""), ("many", "x")])
def test_adjusting_needs_units_and_a_reason(shelf, delta, reason):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": delta, "reason": reason}
    response = log_in("Manager").post(press(level, "adjust"), data)
    assert response.context["question"]["form"].errors
    assert not StockChange.objects.exists()


def test_taking_more_than_there_is_is_refused(shelf):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": "-5", "reason": "Lost"}
    response = log_in("Manager").post(press(level, "adjust"), data, follow=True)
    assert said(response) == ["There are only 4 of OURS at Our fulfillment center."]
    assert not StockChange.objects.exists()


def test_number_of_a_connected_store_is_not_adjusted_here(partner):
    level, client = make_level(partner), log_in("Manager")
    assert "Adjust…" not in texts(client.get(page(level)))
    data = {"confirmed": "1", "delta": "2", "reason": "Found"}
    response = client.post(press(level, "adjust"), data, follow=True)
    assert "its numbers come from the connected store" in said(response)[0]
    assert not StockChange.objects.exists()


def test_sync_now_asks_the_source_for_this_sku(partner):
    level = make_level(partner)
    response = log_in("Operator").post(press(level, "sync_now"), follow=True)
    run = SyncRun.objects.get()
    assert (run.flow, run.params) == ("stock", {"skus": ["PARTNER-bluedoor-SKU-1"]})
    assert "Asked Bluedoor Shop for PARTNER-bluedoor-SKU-1." in said(response)[0]


def test_viewer_changes_nothing(shelf, partner):
    ours, theirs, client = on_shelf(shelf), make_level(partner), log_in("Viewer")
    for row in (ours, theirs, shelf):
        html = texts(client.get(page(row)))
        assert "Adjust…" not in html
        assert "Ask the store now" not in html
        assert "Add stock…" not in html
        assert 'name="_save"' not in html
    data = {"confirmed": "1", "delta": "1", "reason": "x", "sku": "OURS"}
    for row, name in ((ours, "adjust"), (theirs, "sync_now"), (shelf, "put")):
        assert client.post(press(row, name), data).status_code == 403
    assert client.post(page(shelf), {"name": "Mine"}).status_code == 403
    assert not StockChange.objects.exists()
    assert not SyncRun.objects.exists()


def test_stock_can_be_put_on_our_shelf_for_the_first_time(shelf):
    variant = make_variant("NEW")
    data = {"confirmed": "1", "sku": "new", "delta": "2", "reason": "Came back"}
    log_in("Manager").post(press(shelf, "put"), data)
    level = StockLevel.objects.get(location=shelf, variant=variant)
    assert level.available == 2


def test_unknown_sku_is_not_put_anywhere(shelf):
    data = {"confirmed": "1", "sku": "NOPE", "delta": "2", "reason": "Came back"}
    response = log_in("Manager").post(press(shelf, "put"), data)
    errors = response.context["question"]["form"].errors
    assert errors["sku"] == ["No product variant found for SKU NOPE."]
    assert not StockLevel.objects.exists()
