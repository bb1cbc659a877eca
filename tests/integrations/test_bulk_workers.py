"""Bulk work whose workers die, get lost or crowd: each row is still done once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.jobs import waiting_ids
from integrations.models import Alert, BulkAction, BulkRow
from integrations.services import bulk as service
from integrations.services.bulk import TASK, CannotGoOn, Done, do_bulk, resume_bulk
from integrations.services.ticks import sweep
from tests.integrations.bulk_rows import Button, Died, begin, die, outcomes, status_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db


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
