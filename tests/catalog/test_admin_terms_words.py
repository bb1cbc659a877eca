"""Terms in words."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from catalog.admin.terms_form import as_percent
from catalog.admin.terms_words import next_order, placing, price_rule, state_of
from catalog.models import Partner
from integrations.models import Connection
from tests.catalog.builders import NOW


@pytest.mark.parametrize(
    ("fraction", "percent"),
    [("0.2500", "25"), ("0.275", "27.5"), ("1.0000", "100"), ("0", "0"), ("0.0001", "0.01")],
)
def test_fraction_as_percent(fraction, percent):
    assert str(as_percent(Decimal(fraction))) == percent


def partner(**terms) -> Partner:
    store = Connection(status=terms.pop("status", "active"), status_reason="Token refused.")
    return Partner(name="Blue Door", code="bluedoor", connection=store, **terms)


def test_placing():
    assert placing(partner(dispatch="daily", run_at=time(7, 5))) == "Once a day at 07:05"
    assert placing(partner(dispatch="immediate")) == "Immediately, one per order"


def test_price_rule():
    assert price_rule(partner(markup=Decimal("0.25"), rounding="none")) == "Theirs + 25 %"
    assert price_rule(partner(markup=Decimal("0.3"), rounding=".99")) == "Theirs + 30 %, up to .99"


def test_next_order_is_told_in_the_zone_of_the_partner():
    due = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    row = partner(timezone="America/Los_Angeles", terms_confirmed_at=NOW, next_batch_at=due)
    assert "Fri 18:00 PST" in next_order(row)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({}, "After the terms are confirmed"),
        ({"terms_confirmed_at": NOW}, "Planned within a minute"),
        ({"terms_confirmed_at": NOW, "dispatch": "immediate"}, "With the next customer order"),
        ({"terms_confirmed_at": NOW, "status": "paused"}, "When its store is connected again"),
    ],
)
def test_next_order_before_one_is_planned(terms, words):
    assert next_order(partner(**terms)) == words


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ({}, ("Terms to confirm", "warn")),
        ({"terms_confirmed_at": NOW}, ("Active", "ok")),
        ({"status": "needs_attention"}, ("Needs reconnect", "bad")),
        ({"archived_at": NOW}, ("Archived", "mute")),
    ],
)
def test_state(terms, state):
    assert state_of(partner(**terms))[:2] == state
