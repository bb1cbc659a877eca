"""Large files, in workers: whoever dies or interferes meanwhile, nothing is written twice."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.utils import timezone

from catalog.importing.variants import VariantImport
from integrations.jobs import waiting_ids
from integrations.models import Alert, ImportJob
from integrations.services import imports, write_import
from integrations.services.imports import cancel_import, resume_import, start_import
from integrations.services.ticks import sweep
from integrations.tasks import read_import
from integrations.tasks import write_import as write_task
from tests.config.access.people import make_person
from tests.integrations.import_files import (
    HEAD,
    Died,
    bring,
    confirm,
    lose_worker,
    plans,
    prices,
)

pytestmark = pytest.mark.django_db


def test_a_large_file_is_read_and_written_by_workers(three, in_ones):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\n")
    assert (job.status, job.rows.count()) == ("reading", 0)
    assert waiting_ids(imports.READ_TASK, "flows") == {job.pk}

    assert read_import(job.pk) == "draft"
    job.refresh_from_db()
    assert bytes(job.content) == b""
    start_import(job)
    assert waiting_ids(imports.WRITE_TASK) == {job.pk}

    assert write_task(job.pk) == "completed"
    assert prices() == [12, 13, 10]


def test_a_worker_that_is_killed_while_reading_costs_nothing(three, in_ones, monkeypatch):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\n")
    with monkeypatch.context() as patch:
        patch.setattr(imports, "counts_of", die)
        with pytest.raises(Died):
            read_import(job.pk)
    lose_worker(job)

    assert sweep(timezone.now()) == 1
    assert read_import(job.pk) == "draft"
    assert [row[:2] for row in plans(job)] == [(2, "update"), (3, "update")]


def test_a_file_whose_reader_ends_three_times_is_given_up(three, in_ones, monkeypatch):
    job = bring("variants", f"{HEAD}A-1,12\n")
    monkeypatch.setattr(imports, "counts_of", die)
    for _ in range(3):
        with pytest.raises(Died):
            read_import(job.pk)
        lose_worker(job)
        sweep(timezone.now())
    job.refresh_from_db()

    assert (job.status, bytes(job.content)) == ("failed", b"")
    assert job.reason == "Its worker stopped 3 times at the same place."
    assert waiting_ids(imports.READ_TASK, "flows") == set()


def test_a_worker_that_is_killed_while_writing_repeats_nothing(three, in_ones, monkeypatch):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\nA-3,14\n")
    read_import(job.pk)
    job.refresh_from_db()
    start_import(job)
    real = VariantImport.write

    def dies_at_the_second(resource, planned):
        real(resource, planned)
        if planned[0].number == 3:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(VariantImport, "write", dies_at_the_second)
        with pytest.raises(Died):
            write_task(job.pk)
    assert prices() == [12, 10, 10]
    lose_worker(job)

    assert sweep(timezone.now()) == 1
    assert write_task(job.pk) == "completed"
    assert prices() == [12, 13, 14]
    assert LogEntry.objects.filter(object_repr="A-1").count() == 1


def test_one_whose_worker_ends_three_times_is_interrupted_and_goes_on(three, in_ones):
    job = bring("variants", f"{HEAD}A-1,12\n")
    read_import(job.pk)
    job.refresh_from_db()
    start_import(job)
    for _ in range(3):
        lose_worker(job, status="running")
        sweep(timezone.now())
    job.refresh_from_db()

    assert (job.status, job.reason) == (
        "interrupted",
        "Its worker stopped 3 times at the same place.",
    )
    assert Alert.objects.get(closed_at=None).title == "The import of list.csv was interrupted"
    assert resume_import(job)
    assert write_task(job.pk) == "completed"
    assert (prices(), Alert.objects.filter(closed_at=None).count()) == ([12, 10, 10], 0)


def test_a_canceled_one_writes_no_further_row(three, in_ones, monkeypatch):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\n")
    read_import(job.pk)
    job.refresh_from_db()
    start_import(job)
    real = write_import._settle

    def cancels(*args):
        real(*args)
        ImportJob.objects.filter(pk=job.pk).update(status="canceled")

    monkeypatch.setattr(write_import, "_settle", cancels)

    assert write_task(job.pk) == "canceled"
    assert prices() == [12, 10, 10]


def test_cancel_says_whether_it_was_in_time(three):
    job = bring("variants", f"{HEAD}A-1,12\n")

    assert [cancel_import(job), cancel_import(job), start_import(job)] == [True, False, False]
    assert prices() == [10, 10, 10]


def test_a_right_that_is_taken_away_stops_it(three, in_ones):
    manager = make_person("Manager")
    job = bring("variants", f"{HEAD}A-1,12\n", manager)
    read_import(job.pk)
    job.refresh_from_db()
    start_import(job)
    manager.groups.clear()

    assert write_task(job.pk) == "interrupted"
    job.refresh_from_db()
    assert job.reason == "The person who asked may not import these any more."
    assert prices() == [10, 10, 10]


def test_a_chunk_the_database_ended_is_tried_again(three, monkeypatch):
    job = bring("variants", f"{HEAD}A-1,12\n")
    real, failures = VariantImport.write, [OperationalError("deadlock detected")] * 2

    def fails_twice(resource, planned):
        if failures:
            raise failures.pop()
        real(resource, planned)

    monkeypatch.setattr(VariantImport, "write", fails_twice)

    assert (confirm(job).status, prices()) == ("completed", [12, 10, 10])


def die(*args):
    raise Died
