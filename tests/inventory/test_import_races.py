"""Two people bring in counts of the same SKUs at once; and one adjusts by hand meanwhile."""

import random

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from integrations.models import ImportJob
from integrations.services.imports import start_import
from integrations.services.write_import import write_import
from inventory.models import Location, StockChange, StockLevel
from inventory.services.adjust import adjust_stock
from tests.catalog.builders import make_variant
from tests.integrations.import_files import boss, bring
from tests.inventory.test_concurrency import in_threads

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SKUS, PLACE = 40, "Our fulfillment center"


@pytest.fixture
def levels(db):
    place, now = Location.objects.get(connection=None), timezone.now()
    return [
        StockLevel.objects.create(
            location=place, variant=make_variant(f"A-{n}"), available=5, on_hand=5, as_of=now
        )
        for n in range(SKUS)
    ]


def confirmed(seed: int) -> ImportJob:
    """One more of each, the rows shuffled."""
    rows = [f"A-{n},{PLACE},1" for n in range(SKUS)]
    random.Random(seed).shuffle(rows)
    job = bring("stock", "\n".join(["sku,location,change", *rows]))
    assert start_import(job)
    return job


def test_two_files_over_the_same_skus_neither_deadlock_nor_count_twice(levels, monkeypatch):
    monkeypatch.setattr("integrations.services.write_import.CHUNK", 10)
    jobs = [confirmed(seed) for seed in (1, 2)]

    outcomes = in_threads(*(lambda pk=job.pk: write_import(pk) for job in jobs))

    assert outcomes == ["completed", "completed"]
    counts = [ImportJob.objects.get(pk=job.pk).counts for job in jobs]
    done = [one["updated"] for one in counts]
    assert sum(done) == SKUS  # what one did, the other was refused
    assert [one["updated"] + one["refused"] for one in counts] == [SKUS, SKUS]
    assert set(StockLevel.objects.values_list("available", flat=True)) == {6}
    assert StockChange.objects.count() == SKUS


def test_an_adjustment_by_hand_meanwhile_is_neither_lost_nor_overwritten(levels):
    job, level = confirmed(1), levels[7]

    in_threads(
        lambda: write_import(job.pk),
        lambda: adjust_stock(level.location, level.variant, 10, "found", boss()),
    )

    changes = StockChange.objects.filter(level=level)
    level.refresh_from_db()
    assert level.available == 5 + (changes.aggregate(n=Sum(F("after") - F("before")))["n"])
    assert level.available in (15, 16)
    job.refresh_from_db()
    assert (job.counts["updated"], level.available) in {(SKUS, 16), (SKUS - 1, 15)}
