"""Replaying and ignoring webhooks: in any state, harmless, with a reason where a person decides."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import BadResponse
from integrations.jobs import waiting_ids
from integrations.models import Alert, InboundEvent
from integrations.services.webhooks import TASK, handle, ignore, is_quiet, replay
from tests.integrations.admin_rows import list_url, log_in, make_store, press
from tests.integrations.admin_rows import make_event as make_failed
from tests.integrations.test_webhooks import make_event, reload


def over():
    return {"lease_token": uuid.uuid4(), "lease_until": timezone.now() - timedelta(minutes=1)}


def later():
    return timezone.now() + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("received", {}),
        ("received", {"retry_at": later(), "attempts": 3}),
        ("handling", over()),
        ("waiting", {"retry_at": later()}),
        ("done", {}),
        ("ignored", {}),
        ("unreadable", {}),
        ("failed", {"attempts": 6}),
    ],
)
def test_a_replay_in_any_state_ends_with_one_effect(fake, listeners, status, more):
    seen = []
    listeners["order"] = [lambda event, row: seen.append(row.pk)]
    event = make_event(fake, status=status, **more)
    assert replay([event]) == (1, [])
    assert waiting_ids(TASK) == {event.pk}
    assert handle(event.pk) == "done"
    assert handle(event.pk) == "done"
    assert (seen, reload(event).attempts) == ([event.pk], 1)


def test_what_a_worker_holds_is_left_to_it(fake, listeners):
    event = make_event(
        fake, status="handling", lease_token=uuid.uuid4(), lease_until=later(), attempts=1
    )
    assert replay([event])[1] == [(event, "It is being handled right now.")]
    assert not OrmQ.objects.exists()


def test_a_hundred_replays_of_one_event_have_one_effect_each_time_it_is_handled(fake, listeners):
    seen = []
    listeners["order"] = [lambda event, row: seen.append(row.pk)]
    event = make_event(fake, status="done")
    for _ in range(100):
        replay([event])
    for job in OrmQ.objects.all():
        handle(*job.task["args"])
    assert seen == [event.pk]


def test_an_unreadable_body_is_used_once_the_code_has_learned_it(fake, listeners, script):
    listeners["order"] = [lambda event, row: None]
    script.parse = BadResponse("It has a new shape.")
    event = make_event(fake)
    assert handle(event.pk) == "unreadable"
    script.parse = None
    replay([event])
    assert handle(event.pk) == "done"
    assert reload(event).error == ""
    assert Alert.objects.get().closed_at is not None


def test_a_quiet_replay_tells_those_who_mail(fake, listeners):
    told = []
    listeners["order"] = [lambda event, row: told.append(is_quiet())]
    event = make_event(fake, status="done")
    replay([event], quiet=True)
    handle(event.pk)
    assert not is_quiet()
    replay([event])
    handle(event.pk)
    assert told == [True, False]


@pytest.mark.parametrize("status", ["received", "waiting", "failed", "unreadable"])
def test_a_person_may_ignore_what_did_not_end_well(fake, staff, status):
    event = make_event(fake, status=status)
    assert ignore(event, "A test of theirs.", staff)
    assert reload(event).status == "ignored"
    assert event.error == "Ignored by ann: A test of theirs."
    assert handle(event.pk) == "ignored"


@pytest.mark.parametrize("status", ["done", "ignored", "handling"])
def test_what_ended_or_is_in_hand_cannot_be_ignored(fake, staff, status):
    event = make_event(fake, status=status, error="as it was")
    assert ignore(event, "No.", staff) is False
    assert (reload(event).status, event.error) == (status, "as it was")


def test_ignoring_the_last_bad_one_closes_the_alert(fake, staff, listeners):
    event = make_event(fake, body=b"{{{")
    handle(event.pk)
    assert ignore(reload(event), "Theirs.", staff)
    assert Alert.objects.get().closed_at is not None


# --- the buttons ---


def test_the_button_replays_without_mails_where_it_is_ticked(db):
    event = make_failed(make_store("blue-door"))
    said = press(log_in("Operator"), event, "replay", quiet="on")
    assert "1 queued for replay. No customer is mailed" in said
    assert InboundEvent.objects.get().quiet


def test_ignoring_asks_for_the_reason(db):
    event, operator = make_failed(make_store("blue-door")), log_in("Operator")
    press(operator, event, "ignore", reason="")
    assert InboundEvent.objects.get().status == "failed"
    assert "1 ignored" in press(operator, event, "ignore", reason="Their test")
    row = InboundEvent.objects.get()
    assert (row.status, row.error) == ("ignored", "Ignored by operator: Their test")


def test_many_are_ignored_at_once(db):
    store = make_store("blue-door")
    rows = [make_failed(store, 1), make_failed(store, 2), make_failed(store, 3, status="done")]
    data = {"action": "ignore", "index": "0", "select_across": "0", "confirmed": "1"}
    data |= {"reason": "Theirs", "_selected_action": [row.pk for row in rows]}
    answer = log_in("Operator").post(list_url("inboundevent"), data, follow=True)
    assert "2 ignored, 1 skipped" in str(next(iter(answer.context["messages"])))
    assert InboundEvent.objects.filter(status="ignored").count() == 2
