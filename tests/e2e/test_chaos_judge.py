"""The judge of chaos rounds sees what is lost, doubled or unsent, also where one hides another."""

from types import SimpleNamespace
from typing import Any

import pytest

from catalog.models import Partner
from integrations.models import Connection
from orders.models import Order, PartnerOrder, Submission
from orders.services import submission as sending
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from orders.services.submission import submit
from tests.e2e import play
from tests.e2e.chaos.judge import Verdict, judge, quantile
from tests.e2e.chaos.trade import Good
from tests.orders.builders import (
    PartnerSystem,
    channel_line,
    channel_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)

pytestmark = pytest.mark.django_db
OUR_SKU, SKU = "PARTNER-bluedoor-ETH250", "ETH250"
SHOP = "blue-door.myshopify.com"
GOODS = [Good(OUR_SKU, SHOP, SKU)]


@pytest.fixture
def own_store() -> Connection:
    return make_own_store()


@pytest.fixture
def partner(own_store: Connection, monkeypatch: pytest.MonkeyPatch) -> Partner:
    set_center_address()
    partner = make_partner(dispatch="immediate")
    make_variant(OUR_SKU, partner)
    system = PartnerSystem(account=SHOP)
    monkeypatch.setattr(sending, "provider_for", lambda connection: system)
    return partner


def buy(own_store: Connection, units: int = 2, sent: bool = True) -> tuple[dict[str, Any], str]:
    """The customer's order as the sandbox shows it, and our reference for it."""
    order, _ = capture_order(own_store, channel_order([channel_line(OUR_SKU, units)]))
    assert order is not None
    row = PartnerOrder.objects.get(order=order)
    if sent:
        submit(close_and_submit(row))
        assert Submission.objects.get(partner_order=row).status == "submitted"
    return shown(order.number, OUR_SKU, units), row.reference


def shown(name: str, sku: str, units: int, **fields: Any) -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": units, "current_quantity": units}]
    return {"name": name, "shop": SHOP, "lines": lines, "cancelled_at": None, **fields}


def at_partner(reference: str, units: int = 2, **fields: Any) -> dict[str, Any]:
    return shown("#9001", SKU, units, source_identifier=reference, **fields)


def verdict_on(bought: list[dict[str, Any]], there: list[dict[str, Any]]) -> Verdict:
    stores = {play.OWN: bought, SHOP: there}
    asked = SimpleNamespace(ask=lambda path, shop: {"orders": stores[shop]})
    return judge(asked, GOODS)


def counts(verdict: Verdict) -> tuple[int, int, int]:
    return verdict.lost, verdict.doubled, verdict.unsent


def test_what_is_where_it_belongs_is_clean(own_store, partner):
    bought, reference = buy(own_store)
    verdict = verdict_on([bought], [at_partner(reference)])
    assert counts(verdict) == (0, 0, 0)
    assert (verdict.bought, verdict.partner_orders, verdict.is_clean) == (2, 1, True)
    assert verdict.findings == []
    assert len(verdict.seconds) == 1


def test_a_unit_that_the_partner_does_not_have_is_lost(own_store, partner):
    bought, reference = buy(own_store)
    verdict = verdict_on([bought], [at_partner(reference, 1)])
    assert counts(verdict) == (1, 0, 0)
    assert not verdict.is_clean


def test_an_order_that_is_there_twice_is_doubled_also_when_it_was_canceled(own_store, partner):
    bought, reference = buy(own_store)
    again = at_partner(reference, cancelled_at="2026-11-20T12:00:00Z")
    verdict = verdict_on([bought], [at_partner(reference), again])
    assert counts(verdict) == (0, 2, 0)
    assert verdict.twice == 1


def test_one_lost_and_one_doubled_of_the_same_sku_do_not_cancel_out(own_store, partner):
    first, reference = buy(own_store)
    second, _ = buy(own_store)
    verdict = verdict_on([first, second], [at_partner(reference), at_partner(reference)])
    assert counts(verdict) == (2, 2, 0)


def test_what_waits_here_is_unsent_and_not_lost(own_store, partner):
    bought, _ = buy(own_store, sent=False)
    verdict = verdict_on([bought], [])
    assert counts(verdict) == (0, 0, 2)
    assert not verdict.is_clean


def test_an_order_that_never_came_in_is_lost(own_store, partner):
    bought, reference = buy(own_store)
    missed = shown("#9999", OUR_SKU, 3)
    verdict = verdict_on([bought, missed], [at_partner(reference)])
    assert counts(verdict) == (3, 0, 0)
    assert Order.objects.count() == 1


def test_an_order_under_a_reference_we_do_not_know_is_doubled(own_store, partner):
    bought, reference = buy(own_store)
    verdict = verdict_on([bought], [at_partner(reference), at_partner("CD-SOMEBODY00")])
    assert counts(verdict) == (0, 2, 0)
    assert verdict.twice == 1


def test_a_round_without_customers_proves_nothing(db):
    assert not verdict_on([], []).is_clean


def test_quantiles_are_of_what_was_measured():
    assert quantile([], 0.5) == 0.0
    assert quantile([3.0], 0.95) == 3.0
    assert quantile([float(n) for n in range(1, 102)], 0.95) == pytest.approx(96.0)
