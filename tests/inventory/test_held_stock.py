"""An empty or absurd answer of stock is held."""

from datetime import timedelta

import pytest

from catalog.models import Partner, Variant
from integrations.models import Connection, SyncRun
from integrations.services import runs
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, run_flow
from inventory.models import Location
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import NOW, PartnerShop, make_run, notes_of
from tests.inventory.builders import SKU, imported, levels, missing_since, said, sync


def test_an_empty_answer_is_held_and_nothing_moves(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]))
    with pytest.raises(Held, match="The answer is empty, 1 SKUs were asked for"):
        sync(partner, partner_shop, [])
    assert levels() == {SKU: 5}
    assert missing_since(variant) is None


def test_a_held_run_lists_its_differences_and_writes_no_level(
    partner: Partner, partner_shop: PartnerShop, own: Connection
) -> None:
    for number in range(1, 7):
        imported(partner, number)
    sync(partner, partner_shop, said([9] * 6))
    later = NOW + timedelta(hours=1)
    SyncRun.objects.all().delete()
    partner_shop.stock = said([0] * 5 + [9])
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    run.started_at = later
    with pytest.raises(Held, match="5 of 6 SKUs in stock would go to zero") as held:
        sync_stock(run)
    assert held.value.reason == "zeroed"
    place = Location.objects.get(connection=partner.connection)
    assert run.record.changes.count() == 5
    assert notes_of(run)[0] == (SKU, f"available:{place.pk}", "9", "0", "held")
    assert set(levels().values()) == {9}
    assert place.as_of == NOW
    assert not SyncRun.objects.filter(flow="publish_stock").exists()


def test_a_good_run_overtakes_a_held_one(
    partner: Partner,
    variant: Variant,
    partner_shop: PartnerShop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert partner.connection
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: partner_shop)
    first, _ = request_run(partner.connection, "stock", trigger="staff")
    assert run_flow(first.pk) == "held"
    partner_shop.stock = said([5])
    second, _ = request_run(partner.connection, "stock", trigger="staff")
    assert run_flow(second.pk) == "completed"
    first.refresh_from_db()
    assert (first.status, first.reason) == ("canceled", "overtaken")
