"""The lease of a submission: workers that die, freeze, or have too little time left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import Submission
from orders.services.due import recover_submissions
from orders.services.submission import _try_once, claim
from tests.orders.steps import look, run

pytestmark = pytest.mark.django_db


def test_a_worker_that_died_before_sending_leaves_it_pending(pending):
    assert claim(Submission.objects.get(), timezone.now())

    assert recover_submissions(timezone.now() + timedelta(seconds=91)) == 1
    assert Submission.objects.get().status == "pending"


def test_a_worker_that_died_after_sending_leaves_it_unconfirmed(pending, system, slept):
    claim(pending, timezone.now())
    Submission.objects.update(sent_at=timezone.now())

    recover_submissions(timezone.now() + timedelta(seconds=91))

    assert Submission.objects.get().status == "unconfirmed"
    assert look(pending).status == "pending"


def test_a_zombie_cannot_write_over_its_successor(pending, system, slept):
    zombie = Submission.objects.get()
    claim(zombie, timezone.now())
    recover_submissions(timezone.now() + timedelta(seconds=91))
    Submission.objects.update(retry_at=None)
    run(pending, slept)

    from orders.services.settling import settle_failed

    assert settle_failed(zombie, "rejected", "Too late.") is False
    assert Submission.objects.get().status == "submitted"


def test_with_little_lease_left_nothing_is_sent(pending, system, settings):
    settings.HTTP_DEADLINE_S = 100

    row = Submission.objects.get()
    claim(row, timezone.now())
    _try_once(row)

    assert system.pushed == []
    assert Submission.objects.get().status == "pending"
