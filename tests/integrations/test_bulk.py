"""Bulk work: rows fixed when asked, each with an outcome of its own."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from integrations.jobs import waiting_ids
from integrations.models import BulkAction, BulkRow, FlowSchedule
from integrations.services import bulk as service
from integrations.services.bulk import (
    TASK,
    Done,
    cancel_bulk,
    do_bulk,
    start_bulk,
)
from integrations.services.retention import prune
from tests.integrations.bulk_rows import Button, ask, begin, outcomes, status_of

pytestmark = pytest.mark.django_db


def test_what_is_asked_waits_for_a_yes(staff):
    bulk = ask(staff)

    assert (bulk.status, bulk.total, str(bulk)) == ("draft", 3, "Pause: 3 flow schedules")
    assert outcomes(bulk) == [(11, "waiting", ""), (12, "waiting", ""), (13, "waiting", "")]
    assert waiting_ids(TASK) == set()
    assert do_bulk(bulk.pk, Button()) == "draft"


def test_a_yes_queues_it_once(staff):
    bulk = ask(staff)
    other = BulkAction.objects.get()

    assert start_bulk(bulk, {"reason": ["a"]}) is True
    assert start_bulk(other, {"reason": ["b"]}) is False
    assert waiting_ids(TASK) == {bulk.pk}
    assert BulkAction.objects.get().answers == {"reason": ["a"]}


def test_every_row_gets_its_own_outcome(staff):
    bulk = begin(staff)
    button = Button(r12=Done("skipped", "paused already"))

    assert do_bulk(bulk.pk, button) == "completed"
    assert outcomes(bulk) == [
        (11, "done", "1 paused"),
        (12, "skipped", "paused already"),
        (13, "done", "1 paused"),
    ]
    assert BulkAction.objects.get().finished_at is not None


def test_a_row_that_breaks_fails_alone_and_leaves_nothing_half_done(staff):
    bulk = begin(staff)

    def act(bulk, object_id):
        FlowSchedule.objects.filter(pk=object_id).update(enabled=False)
        if object_id == 12:
            raise RuntimeError
        return Done("done")

    assert do_bulk(bulk.pk, act) == "completed"
    assert [outcome for _, outcome, _ in outcomes(bulk)] == ["done", "failed", "done"]
    assert outcomes(bulk)[1][2] == service.UNEXPECTED


def test_a_failed_row_takes_its_effect_back(staff, fake):
    row = FlowSchedule.objects.create(connection=fake, flow="stock", enabled=True)
    bulk = begin(staff, [row.pk])

    def act(bulk, object_id):
        FlowSchedule.objects.filter(pk=object_id).update(enabled=False)
        raise RuntimeError

    do_bulk(bulk.pk, act)
    row.refresh_from_db()
    assert row.enabled is True


def test_a_deadlock_is_tried_again(staff):
    bulk = begin(staff, [11])
    button = Button(r11=[OperationalError("deadlock detected")])

    assert do_bulk(bulk.pk, button) == "completed"
    assert (button.pressed, outcomes(bulk)) == ([11, 11], [(11, "done", "1 paused")])


def test_a_row_that_deadlocks_each_time_fails(staff):
    bulk = begin(staff, [11])
    button = Button(r11=OperationalError("deadlock detected"))

    assert do_bulk(bulk.pk, button) == "completed"
    assert button.pressed == [11, 11, 11]
    assert outcomes(bulk)[0][1] == "failed"


def test_long_work_gives_the_queue_a_turn_and_goes_on(staff):
    bulk = begin(staff)
    moments = iter([0.0, 1.0, 99.0])

    assert do_bulk(bulk.pk, Button(), slice_s=10, clock=lambda: next(moments)) == "running"
    assert [outcome for _, outcome, _ in outcomes(bulk)] == ["done", "waiting", "waiting"]
    assert waiting_ids(TASK) == {bulk.pk}

    button = Button()
    assert do_bulk(bulk.pk, button) == "completed"
    assert button.pressed == [12, 13]


def test_it_is_done_by_one_worker_at_a_time(staff):
    bulk = begin(staff)
    BulkAction.objects.get().take_lease(timezone.now(), 60)
    button = Button()

    assert do_bulk(bulk.pk, button) == "queued"
    assert button.pressed == []


# --- cancel


def test_canceled_in_the_middle_what_is_done_stays_and_no_further_row_is_begun(staff):
    bulk = begin(staff)

    def act(bulk, object_id):
        if object_id == 12:
            assert cancel_bulk(BulkAction.objects.get(pk=bulk.pk))
        return Done("done")

    assert do_bulk(bulk.pk, act) == "canceled"
    assert [outcome for _, outcome, _ in outcomes(bulk)] == ["done", "done", "waiting"]
    assert do_bulk(bulk.pk, Button()) == "canceled"


def test_what_ended_cannot_be_canceled(staff):
    bulk = begin(staff)
    do_bulk(bulk.pk, Button())

    assert cancel_bulk(BulkAction.objects.get()) is False
    assert status_of(bulk) == "completed"


# --- kept, and not for ever


def test_what_ended_long_ago_goes_and_an_unanswered_question_sooner(staff):
    old, kept, unanswered, alive = begin(staff), begin(staff), ask(staff), begin(staff)
    do_bulk(old.pk, Button())
    do_bulk(kept.pk, Button())
    now = timezone.now()
    BulkAction.objects.exclude(pk=kept.pk).update(created_at=now - timedelta(days=91))

    assert prune(now)["bulk actions"] == 2
    assert set(BulkAction.objects.values_list("pk", flat=True)) == {kept.pk, alive.pk}
    assert not BulkRow.objects.filter(bulk=unanswered.pk).exists()
