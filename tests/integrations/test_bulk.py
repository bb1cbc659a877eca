"""Bulk work: rows fixed when asked, each done once whatever happens to its workers."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from integrations.jobs import waiting_ids
from integrations.models import Alert, BulkAction, BulkRow, FlowSchedule
from integrations.services import bulk as service
from integrations.services.bulk import (
    TASK,
    CannotGoOn,
    Done,
    ask_bulk,
    cancel_bulk,
    do_bulk,
    resume_bulk,
    start_bulk,
)
from integrations.services.retention import prune
from integrations.services.ticks import sweep
from tests.threads import at_once

pytestmark = pytest.mark.django_db
Status = BulkAction.Status


class Died(BaseException):
    """Stands for a kill -9: nothing after it runs, not even an except."""


def ask(staff, ids=(11, 12, 13)) -> BulkAction:
    return ask_bulk(staff, FlowSchedule, ("pause", "Pause"), ids, "/admin/?view=timed")


def begin(staff, ids=(11, 12, 13)) -> BulkAction:
    bulk = ask(staff, ids)
    assert start_bulk(bulk, {"reason": ["stock-taking"]})
    return bulk


def outcomes(bulk):
    return list(bulk.rows.order_by("pk").values_list("object_id", "outcome", "note"))


def status_of(bulk):
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


# --- workers die


def test_a_lost_job_is_found_by_the_tick(staff):
    from django_q.models import OrmQ

    bulk = begin(staff)
    OrmQ.objects.all().delete()

    assert sweep(timezone.now() + timedelta(minutes=1)) == 0
    assert sweep(timezone.now() + timedelta(minutes=3)) == 1
    assert waiting_ids(TASK) == {bulk.pk}


def test_a_dead_worker_is_followed_by_another_that_does_the_rest_once(staff):
    bulk = begin(staff)
    die(bulk, Button(r12=Died()))
    from django_q.models import OrmQ

    OrmQ.objects.all().delete()
    assert [outcome for _, outcome, _ in outcomes(bulk)] == ["done", "waiting", "waiting"]

    assert sweep(timezone.now()) == 1
    button = Button()
    assert do_bulk(bulk.pk, button) == "completed"
    assert button.pressed == [12, 13]


def test_a_live_worker_is_left_alone(staff):
    bulk = begin(staff)
    BulkAction.objects.update(status="running")
    BulkAction.objects.get().take_lease(timezone.now(), 60)

    assert service.find_lost_bulk(timezone.now(), ()) == []
    assert status_of(bulk) == "running"


def test_workers_that_die_at_the_same_row_three_times_stop_it_for_a_person(staff):
    bulk = begin(staff)
    for _ in range(3):
        die(bulk, Button(r12=Died()))
        service.find_lost_bulk(timezone.now(), ())

    row = BulkAction.objects.get()
    assert (row.status, row.at_row) == ("interrupted", 12)
    assert row.reason == "Its worker stopped 3 times at the same row."
    assert Alert.objects.get(closed_at=None).title == "Pause: 3 flow schedules was interrupted"
    assert do_bulk(bulk.pk, Button()) == "interrupted"


def test_it_goes_on_without_the_row_that_ended_the_workers(staff):
    bulk = begin(staff)
    for _ in range(3):
        die(bulk, Button(r12=Died()))
        service.find_lost_bulk(timezone.now(), ())

    assert resume_bulk(BulkAction.objects.get()) is True
    assert not Alert.objects.filter(closed_at=None).exists()
    button = Button()
    assert do_bulk(bulk.pk, button) == "completed"
    assert button.pressed == [13]
    assert outcomes(bulk)[1] == (
        12,
        "failed",
        "Left out: the worker stopped each time it was at it.",
    )


def test_deaths_at_different_rows_do_not_add_up(staff):
    bulk = begin(staff, [11, 12, 13, 14])
    for number in (11, 12, 13):
        die(bulk, Button(**{f"r{number}": Died()}))
        service.find_lost_bulk(timezone.now(), ())
        BulkRow.objects.filter(object_id=number).update(outcome="done")

    assert status_of(bulk) == "running"


def test_what_cannot_go_on_says_why(staff):
    bulk = begin(staff)
    button = Button(r11=CannotGoOn("The button is gone since it was pressed."))

    assert do_bulk(bulk.pk, button) == "interrupted"
    assert BulkAction.objects.get().reason == "The button is gone since it was pressed."
    assert {outcome for _, outcome, _ in outcomes(bulk)} == {"waiting"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_at_once_do_each_row_once(staff):
    bulk = begin(staff, range(1, 21))
    pressed = []

    def act(bulk, object_id):
        pressed.append(object_id)
        return Done("done")

    at_once(4, lambda _: do_bulk(bulk.pk, act))

    assert sorted(pressed) == list(range(1, 21))
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
