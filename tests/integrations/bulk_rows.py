"""Bulk work for tests: asked for, begun, and done by a button that does as it is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import BulkAction, FlowSchedule
from integrations.services.bulk import Done, ask_bulk, do_bulk, start_bulk


class Died(BaseException):
    """Stands for a kill -9: nothing after it runs, not even an except."""


def ask(staff, ids=(11, 12, 13)) -> BulkAction:
    """Three rows, ticked and not confirmed yet."""
    return ask_bulk(staff, FlowSchedule, ("pause", "Pause"), ids, "/admin/?view=timed")


def begin(staff, ids=(11, 12, 13)) -> BulkAction:
    """The same, confirmed."""
    bulk = ask(staff, ids)
    assert start_bulk(bulk, {"reason": ["stock-taking"]})
    return bulk


def outcomes(bulk: BulkAction) -> list[tuple[int, str, str]]:
    """(row, outcome, note) in the order they are done."""
    return list(bulk.rows.order_by("pk").values_list("object_id", "outcome", "note"))


def status_of(bulk: BulkAction) -> str:
    """As it stands in the database."""
    return BulkAction.objects.get(pk=bulk.pk).status


class Button:
    """Does a row, and can be told what is to happen at some of them."""

    def __init__(self, **at):
        self.pressed, self.at = [], {int(key[1:]): value for key, value in at.items()}

    def __call__(self, bulk, object_id):
        self.pressed.append(object_id)
        happens = self.at.get(object_id)
        if isinstance(happens, list):
            happens = happens.pop(0) if happens else None
        if isinstance(happens, BaseException):
            raise happens
        return happens or Done("done", "1 paused")


def die(bulk, button):
    """Its worker is killed in the middle, and its lease runs out."""
    with pytest.raises(Died):
        do_bulk(bulk.pk, button)
    past = timezone.now() - timedelta(seconds=1)
    # A killed worker gives nothing back; the fixture's except clause did.
    BulkAction.objects.filter(pk=bulk.pk).update(lease_until=past, lease_token="0" * 32)
