"""State machines: every move is one conditional UPDATE, and none leaves a terminal state."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from integrations.models import Connection
from integrations.models.base import ImpossibleMove, Movable

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOVABLE = [model for model in apps.get_models() if issubclass(model, Movable)]
TERMINAL = {
    "SyncRun": {"completed", "partial", "failed", "skipped", "interrupted", "canceled"},
    "Submission": {"submitted", "dropped"},
    "PartnerOrder": {"delivered", "canceled"},
    "Shipment": {"delivered", "voided"},
    "Delivery": {"done", "canceled"},
    "Connection": set(),
    "InboundEvent": set(),
    "Notification": set(),
    "PrivacyRequest": {"done"},
    "BulkAction": {"completed", "canceled"},
    "ImportJob": {"completed", "failed", "canceled"},
}


@pytest.fixture
def row(db) -> Connection:
    return Connection.objects.create(provider="shopify", slug="own", name="Own")


@pytest.mark.parametrize("model", MOVABLE, ids=lambda model: model.__name__)
def test_moves_name_real_statuses_and_terminal_ones_are_never_left(model):
    known = set(
        model._meta.get_field("status").choices and dict(model._meta.get_field("status").choices)
    )
    named = set(model.MOVES) | {new for news in model.MOVES.values() for new in news}

    assert named <= known
    assert {status for status in known if not model.MOVES.get(status)} == TERMINAL[model.__name__]


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model.__name__)
def test_every_status_column_is_checked_by_the_database(model):
    if model._meta.app_label not in {"integrations", "catalog", "inventory", "orders"}:
        return
    checks = " ".join(
        str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)
    )
    for field in model._meta.get_fields():
        for value, _ in getattr(field, "choices", None) or ():
            assert f"'{value}'" in checks, f"{model.__name__}.{field.name} has no CHECK for {value}"


def test_a_move_happens_once(row):
    other = Connection.objects.get()

    assert row.move("draft", "active", name="Ours") is True
    assert other.move("draft", "active") is False

    assert (row.status, row.name) == ("active", "Ours")


def test_an_impossible_move_is_a_defect(row):
    with pytest.raises(ImpossibleMove, match="draft to paused"):
        row.move("draft", "paused")


def test_a_lease_is_held_by_one_until_it_runs_out(row):
    other = Connection.objects.get()

    assert row.take_lease(NOW, 60) is True
    assert other.take_lease(NOW, 60) is False
    assert other.take_lease(NOW + timedelta(seconds=61), 60) is True

    assert row.extend_lease(NOW, 60) is False
    assert row.drop_lease() is False
    assert Connection.objects.get().lease_token == other.lease_token


def test_an_unknown_status_is_refused_by_the_database(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(status="confused")
