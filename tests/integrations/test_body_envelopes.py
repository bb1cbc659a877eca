"""A provider whose headers say nothing: once the signature is good, the body names the event."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, InboundEvent
from integrations.providers.stripe.signature import expected
from integrations.services.connecting import save_connection
from integrations.services.webhooks import handle

pytestmark = pytest.mark.django_db
SECRET = "whsec_one"
EVENT = {"id": "evt_1", "type": "price.created", "created": 1_795_176_000, "livemode": True}


@pytest.fixture
def hook(client):
    """Post a body to the hook of a Stripe account, signed at this second; the status."""
    given = {"webhook_secret": SECRET}
    row, _ = save_connection("stripe", "pay", {"account": "acct_1234"}, given)

    def post(body, secret=SECRET, later=0):
        time = str(int(timezone.now().timestamp()) + later)
        signature = expected(secret, f"{time}.".encode() + body).decode()
        headers = {"stripe-signature": f"t={time},v1={signature}", "user-agent": "Stripe/1.0"}
        url = f"/hooks/{row.hook_key}/"
        return client.post(url, body, content_type="application/json", headers=headers).status_code

    post.connection = row
    return post


def body(**more):
    return json.dumps(EVENT | more).encode()


def test_topic_id_and_time_come_from_the_body(hook):
    assert hook(body()) == 200
    row = InboundEvent.objects.get()
    assert (row.topic, row.account) == ("price.created", "acct_1234")
    assert row.dedupe_key == "acct_1234:price.created:evt_1"
    assert row.sent_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert row.headers == {"user-agent": "Stripe/1.0"}


def test_an_event_sent_again_is_one_although_its_signature_and_counter_differ(hook):
    answers = [hook(body(pending_webhooks=count), later=count) for count in (2, 1, 0)]
    assert answers == [200, 200, 200]
    assert InboundEvent.objects.count() == 1


def test_another_event_of_the_same_type_is_another(hook):
    assert [hook(body()), hook(body(id="evt_2"))] == [200, 200]
    assert InboundEvent.objects.count() == 2


def test_the_body_is_not_looked_at_before_its_signature(hook):
    assert hook(body(), secret="whsec_other") == 401
    hook.connection.refresh_from_db()
    assert (InboundEvent.objects.count(), hook.connection.rejected_hooks) == (0, 1)


@pytest.mark.parametrize("sent", [b"{", b"[1]", b"\xff\xfe", b"[" * 5000, b'{"id": "evt_1"}'])
def test_a_signed_body_nobody_can_read_is_kept_for_people(hook, sent):
    assert hook(sent) == 200
    assert InboundEvent.objects.get().topic == "unreadable"


def test_a_signed_body_that_is_no_json_is_unreadable_and_not_an_error(hook):
    hook.connection.move("draft", "active")
    hook(b"{")
    row = InboundEvent.objects.get()
    assert handle(row.pk) == "unreadable"
    row.refresh_from_db()
    assert row.error == "The body of this Stripe webhook is not readable JSON."


def test_while_the_secret_is_replaced_both_are_taken_for_a_day(hook):
    save_connection("stripe", "pay", {}, {"webhook_secret": "whsec_two"})
    assert [hook(body(), secret=one) for one in ("whsec_one", "whsec_two", "x")] == [200, 200, 401]
    Connection.objects.update(old_secrets_until=timezone.now() - timedelta(seconds=1))
    assert [hook(body(id="evt_9"), secret=one) for one in ("whsec_one", "whsec_two")] == [401, 200]
