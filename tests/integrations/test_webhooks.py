"""The inbox: events are handled once, retried, waited for, replayed, and never lost silently."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import Retryable
from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection, InboundEvent
from integrations.services.webhooks import (
    TASK,
    Ignored,
    Waiting,
    handle,
    release_waiting,
    replay,
)
from tests.conftest import make_fake


def make_event(connection, topic="order", body=b'{"id": 1}', **fields) -> InboundEvent:
    values = {"received_at": timezone.now(), "headers": {"x-fake-topic": topic}} | fields
    return InboundEvent.objects.create(
        provider="fake", connection=connection, account="beans.fake", topic=topic,
        dedupe_key=uuid.uuid4().hex, body=body, **values,
    )  # fmt: skip


def no_sleep(seconds: float) -> None:
    """The retry is due at once."""
    InboundEvent.objects.update(retry_at=timezone.now())


def reload(event: InboundEvent) -> InboundEvent:
    event.refresh_from_db()
    return event


def raiser(error: Exception):
    def handler(event, row):
        raise error

    return handler


def test_an_event_is_handed_to_its_listener_once(fake, listeners):
    seen = []
    listeners["order"] = [lambda event, row: seen.append((event.data, row.connection))]
    event = make_event(fake)
    assert handle(event.pk) == "done"
    assert handle(event.pk) == "done"
    assert seen == [({"id": 1}, fake)]
    assert reload(event).handled_at is not None
    assert event.lease_until is None


def test_the_object_a_listener_returns_is_what_the_event_was_about(fake, listeners):
    listeners["order"] = [lambda event, row: None, lambda event, row: fake]
    event = make_event(fake)
    handle(event.pk)
    assert reload(event).subject == fake


def test_an_event_nobody_listens_to_is_ignored_with_the_reason(fake, listeners):
    event = make_event(fake, topic="cart")
    assert handle(event.pk) == "ignored"
    assert reload(event).error == "Nothing here listens to cart."


def test_a_listener_may_say_that_an_event_means_nothing(fake, listeners):
    listeners["order"] = [raiser(Ignored("A test order."))]
    event = make_event(fake)
    assert handle(event.pk) == "ignored"
    assert reload(event).error == "A test order."


def test_an_archived_connection_ignores_its_events(fake, listeners):
    Connection.objects.update(status="archived")
    listeners["order"] = [raiser(AssertionError("called"))]
    event = make_event(fake)
    assert handle(event.pk) == "ignored"
    assert reload(event).error == "Beans is archived."


def test_a_paused_connection_handles_its_events(fake, listeners):
    Connection.objects.update(status="paused")
    listeners["order"] = [lambda event, row: None]
    assert handle(make_event(fake).pk) == "done"


def test_an_event_of_an_unknown_account_is_ignored(db, listeners):
    event = make_event(None)
    assert handle(event.pk) == "ignored"
    assert reload(event).error == "There is no connection to beans.fake."


def test_a_body_nobody_can_read_is_unreadable_and_an_alert(fake, listeners):
    event = make_event(fake, body=b"{{{")
    assert handle(event.pk) == "unreadable"
    assert reload(event).error == "The body is not readable JSON."
    assert Alert.objects.get().title == "Beans: a webhook order could not be used"


def test_a_failure_is_tried_again_five_times_and_is_then_an_alert(fake, listeners):
    gaps = []
    listeners["order"] = [raiser(RuntimeError("secret detail"))]
    event = make_event(fake)

    def sleep(seconds):
        gaps.append(seconds)
        no_sleep(seconds)

    assert handle(event.pk, sleep) == "received"  # the gap of 32 s is left to the tick
    assert gaps == [2, 4, 8, 16]
    no_sleep(0)
    assert handle(event.pk, sleep) == "failed"
    assert reload(event).attempts == 6
    assert event.error == "Something unexpected happened; the log of the worker has it."
    assert Alert.objects.get().kind == "webhook"


def test_a_retry_that_is_not_due_is_not_taken(fake, listeners):
    listeners["order"] = [raiser(AssertionError("called"))]
    event = make_event(fake, retry_at=timezone.now() + timedelta(minutes=1))
    assert handle(event.pk) == "received"
    assert reload(event).attempts == 0


def test_a_provider_out_of_reach_is_tried_again(fake, listeners):
    answers = [Retryable("beans.fake did not answer in time."), None]

    def handler(event, row):
        if error := answers.pop(0):
            raise error

    listeners["order"] = [handler]
    event = make_event(fake)
    assert handle(event.pk, no_sleep) == "done"
    assert reload(event).attempts == 2


def test_an_event_whose_subject_is_not_here_waits_for_an_hour(fake, listeners):
    listeners["order"] = [raiser(Waiting("Its order is not here yet."))]
    event = make_event(fake)
    assert handle(event.pk) == "waiting"
    assert reload(event).error == "Its order is not here yet."
    assert timedelta(minutes=59) < event.retry_at - timezone.now() <= timedelta(hours=1)
    assert event.attempts == 0


def test_waiting_ends_after_three_days_with_an_alert(fake, listeners):
    listeners["order"] = [raiser(Waiting("Its order is not here yet."))]
    event = make_event(fake, received_at=timezone.now() - timedelta(hours=73), status="waiting")
    assert handle(event.pk) == "failed"
    assert reload(event).error == "Its order is not here yet. We waited for 72 hours."
    assert Alert.objects.count() == 1


def test_capturing_an_order_wakes_what_waited_for_it(fake, listeners):
    waiting = make_event(fake, status="waiting", retry_at=timezone.now() + timedelta(hours=1))
    make_event(make_fake("tea.fake"), status="waiting")
    make_event(fake, status="done")
    assert release_waiting(fake) == 1
    assert waiting_ids(TASK) == {waiting.pk}
    listeners["order"] = [lambda event, row: None]
    assert handle(waiting.pk) == "done"


def test_a_worker_that_died_is_followed_by_another(fake, listeners):
    listeners["order"] = [lambda event, row: None]
    event = make_event(fake)
    event.take_lease(timezone.now() - timedelta(minutes=10), 150)
    InboundEvent.objects.update(status="handling", attempts=1)
    assert handle(event.pk) == "done"
    assert reload(event).attempts == 2


def test_an_event_in_another_workers_hand_is_left_alone(fake, listeners):
    listeners["order"] = [raiser(AssertionError("called"))]
    event = make_event(fake)
    event.take_lease(timezone.now(), 150)
    InboundEvent.objects.update(status="handling", attempts=1)
    assert handle(event.pk) == "handling"
    assert reload(event).attempts == 1


def test_an_event_that_kills_its_worker_every_time_ends_as_failed(fake, listeners):
    listeners["order"] = [raiser(AssertionError("called"))]
    event = make_event(fake, status="handling", attempts=6)
    assert handle(event.pk) == "failed"
    assert reload(event).error == "It ended its worker every time."
    assert Alert.objects.count() == 1


# --- replay ---


@pytest.mark.parametrize("status", ["failed", "ignored", "done", "unreadable"])
def test_replay_handles_an_ended_event_again_in_its_own_row(fake, listeners, status):
    seen = []
    listeners["order"] = [lambda event, row: seen.append(event.data)]
    event = make_event(fake, status=status, attempts=6, error="old")
    assert replay([event]) == (1, [])
    assert waiting_ids(TASK) == {event.pk}
    assert handle(event.pk) == "done"
    assert (seen, reload(event).error, event.attempts) == ([{"id": 1}], "", 1)
    assert InboundEvent.objects.count() == 1


def test_replay_of_a_waiting_event_looks_again_at_once(fake, listeners):
    event = make_event(fake, status="waiting", retry_at=timezone.now() + timedelta(hours=1))
    assert replay([event]) == (1, [])
    assert reload(event).retry_at <= timezone.now()


def test_replay_says_what_it_cannot_do(fake):
    empty = make_event(fake, status="done", body=b"")
    in_hand = timezone.now() + timedelta(minutes=1)
    busy = make_event(fake, status="handling", lease_token=uuid.uuid4(), lease_until=in_hand)
    queued, skipped = replay([empty, busy])
    assert queued == 0
    assert [(row.pk, why) for row, why in skipped] == [
        (empty.pk, "Its content was deleted after 30 days."),
        (busy.pk, "It is being handled right now."),
    ]
    assert not OrmQ.objects.exists()


def test_the_alert_closes_when_the_last_bad_event_of_its_topic_is_good(fake, listeners):
    first, second = make_event(fake, body=b"{"), make_event(fake, body=b"{")
    listeners["order"] = [lambda event, row: None]
    for event in (first, second):
        handle(event.pk)
    assert Alert.objects.get().count == 2
    for event, still_open in ((first, 1), (second, 0)):
        InboundEvent.objects.filter(pk=event.pk).update(body=b"{}")
        replay([reload(event)])
        handle(event.pk)
        assert Alert.objects.filter(closed_at=None).count() == still_open
