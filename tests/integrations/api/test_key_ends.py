"""A key that is used and about to end is said before what calls with it stops."""

from datetime import timedelta

import pytest

from integrations.models import Alert, ApiKey
from integrations.services.api_key_ends import tell_of_ends
from integrations.services.api_keys import make_key, revoke_key, rotate_key
from integrations.services.nightly import look_after

DAY = timedelta(days=1)


def used_key(staff, now, ends_in=6, **fields):
    key, _ = make_key(staff, "Nightly", ["sync:run"], ends_in * DAY, now)
    ApiKey.objects.filter(pk=key.pk).update(**{"last_used_at": now - DAY} | fields)
    return ApiKey.objects.get(pk=key.pk)


def test_a_key_in_use_that_ends_within_a_week_is_told_of(staff, now):
    used_key(staff, now)

    look_after(now)

    alert = Alert.objects.get()
    assert (alert.title, alert.kind) == ("API key Nightly ends on November 26", "api_key")
    assert alert.advice == (
        "An owner rotates it under API keys, and puts the new one in its place before."
    )
    assert tell_of_ends(now + DAY) == 1
    assert Alert.objects.get().count == 2


def test_once_it_has_ended_it_is_said_so_for_a_week(staff, now):
    used_key(staff, now)
    tell_of_ends(now)

    assert tell_of_ends(now + 6 * DAY) == 1
    assert Alert.objects.get().title == "API key Nightly ended on November 26"
    assert tell_of_ends(now + 13 * DAY) == 0
    assert Alert.objects.get().closed_at == now + 13 * DAY


@pytest.mark.parametrize(
    ("ends_in", "fields"),
    [(8, {}), (6, {"last_used_at": None}), (6, {"last_used_at": -90}), (6, {"revoked_at": 0})],
)
def test_a_key_that_surprises_nobody_is_not_told_of(staff, now, ends_in, fields):
    times = {name: None if days is None else now + days * DAY for name, days in fields.items()}
    used_key(staff, now, ends_in, **times)

    assert tell_of_ends(now) == 0
    assert not Alert.objects.exists()


@pytest.mark.parametrize("end", [revoke_key, lambda key, now: rotate_key(key, key.owner, now)])
def test_whoever_rotates_or_revokes_it_closes_its_alert(staff, now, end):
    key = used_key(staff, now)
    tell_of_ends(now)

    end(key, now)

    assert Alert.objects.get().closed_at == now
    assert tell_of_ends(now) == 0
