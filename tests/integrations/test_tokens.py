"""Access tokens: one renewal at a time across all workers, stored before they are used."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.errors import NotAuthorized, Retryable
from integrations.models import Connection
from integrations.services.tokens import DatabaseTokens, store_tokens
from integrations.types import Tokens
from tests.conftest import make_fake
from tests.threads import at_once

OLD = Tokens(access="old", refresh="r-old")
NEW = Tokens(
    access="new",
    refresh="r-new",
    expires_at=datetime(2026, 11, 20, 13, 0, tzinfo=UTC),
    refresh_expires_at=datetime(2027, 2, 18, 12, 0, tzinfo=UTC),
    scopes=("read", "write"),
)


@pytest.fixture
def connected(fake):
    store_tokens(fake, OLD)
    return fake


def test_both_tokens_and_their_ends_come_back_as_stored(fake):
    store_tokens(fake, NEW)
    assert DatabaseTokens(Connection.objects.get()).current() == NEW
    assert Connection.objects.get().tokens_expire_at == NEW.expires_at


def test_before_the_first_grant_there_are_none(fake):
    assert DatabaseTokens(fake).current() is None


def test_a_renewal_is_stored_and_the_row_is_free_again(connected):
    asked = []

    def fetch(tokens):
        asked.append(tokens)
        return NEW

    assert DatabaseTokens(connected).renew("old", fetch) == NEW
    assert asked == [OLD]
    row = Connection.objects.get()
    assert row.tokens.reveal()["access"] == "new"
    assert (row.lease_until, row.credentials_version) == (None, 2)


def test_what_another_worker_renewed_is_used_without_asking(connected):
    tokens = DatabaseTokens(connected)
    store_tokens(Connection.objects.get(), NEW)
    assert tokens.renew("old", lambda old: pytest.fail("asked")) == NEW


def test_a_renewal_in_another_workers_hand_is_waited_for(connected):
    other = Connection.objects.get()
    other.take_lease(timezone.now(), 45)
    naps = []

    def sleep(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            store_tokens(other, NEW)

    assert DatabaseTokens(connected, sleep).renew("old", lambda old: pytest.fail("asked")) == NEW
    assert len(naps) == 3


def test_a_renewal_that_takes_too_long_elsewhere_is_tried_later(connected):
    Connection.objects.get().take_lease(timezone.now(), 45)
    naps = []
    with pytest.raises(Retryable) as caught:
        DatabaseTokens(connected, naps.append).renew("old", lambda old: pytest.fail("asked"))
    assert caught.value.retry_after == 5
    assert 4.9 < sum(naps) < 5.3


def test_the_lease_of_a_worker_that_died_runs_out(connected):
    Connection.objects.get().take_lease(timezone.now() - timedelta(minutes=1), 45)
    assert DatabaseTokens(connected).renew("old", lambda old: NEW) == NEW


def test_a_refused_renewal_frees_the_row_and_keeps_the_old_tokens(connected):
    def refuse(tokens):
        raise NotAuthorized("beans.fake does not accept our credentials.")

    with pytest.raises(NotAuthorized):
        DatabaseTokens(connected).renew("old", refuse)
    row = Connection.objects.get()
    assert (row.lease_until, row.tokens.reveal()["access"]) == (None, "old")


def test_a_worker_that_lost_its_lease_does_not_overwrite(connected):
    def slow(tokens):
        Connection.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        Connection.objects.get().take_lease(timezone.now(), 45)
        return NEW

    with pytest.raises(Retryable):
        DatabaseTokens(connected).renew("old", slow)
    assert Connection.objects.get().tokens.reveal()["access"] == "old"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_workers_that_need_a_token_at_once_ask_for_one(script):
    row = make_fake()
    store_tokens(row, OLD)
    asked = []

    def fetch(tokens):
        asked.append(1)
        return NEW

    def renew(index):
        return DatabaseTokens(Connection.objects.get(pk=row.pk)).renew("old", fetch)

    assert at_once(10, renew) == [NEW] * 10
    assert asked == [1]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_webhook_delivered_ten_times_at_once_is_stored_once(script):
    from integrations.models import InboundEvent
    from integrations.services.intake import Delivery, receive
    from tests.fakes import sign

    row = make_fake()
    headers = {"x-fake-topic": "t", "x-fake-id": "d", "x-fake-hmac": sign(b"{}")}
    delivery = Delivery(b"{}", headers)
    answers = at_once(10, lambda index: receive(row.hook_key, delivery, timezone.now()))
    assert answers == [200] * 10
    assert InboundEvent.objects.count() == 1
