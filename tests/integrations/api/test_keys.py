"""API keys: made, stored as a hash, rotated, revoked, and what staff are told about each."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import ApiKey
from integrations.redaction import redact
from integrations.scopes import scope_words
from integrations.services.api_keys import (
    CannotRotate,
    KeyRefused,
    find_key,
    make_key,
    revoke_key,
    rotate_key,
)
from tests.threads import at_once

DAY, MONTH = timedelta(days=1), timedelta(days=30)


def made(user, now, life=MONTH, **fields):
    key, text = make_key(user, "Nightly", ["sync:run"], life, now)
    ApiKey.objects.filter(pk=key.pk).update(created_at=now, **fields)
    return ApiKey.objects.get(pk=key.pk), text


def test_a_key_is_long_random_and_stored_as_a_hash(staff, now):
    (key, text), (_, other) = made(staff, now), made(staff, now)

    assert re.fullmatch(r"cd_[a-z0-9]{8}_[A-Za-z0-9]{43}", text)
    assert text.startswith(f"{key.prefix}_")
    assert text.rpartition("_")[2] != other.rpartition("_")[2]
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text.rpartition("_")[2] not in str(row)
    assert len(key.hash) == 64


def test_a_key_is_found_by_its_whole_text(staff, now):
    key, text = made(staff, now)
    _, other = made(staff, now)

    assert find_key(text, now) == key
    mixed = f"{key.prefix}_{other.rpartition('_')[2]}"
    for wrong in (mixed, text[:-1], f"{text} ", text.upper(), "", "cd_", "ü" * 55):
        with pytest.raises(KeyRefused, match="not known"):
            find_key(wrong, now)


def test_a_scope_there_is_not_makes_no_key(staff, now):
    with pytest.raises(ValueError, match="There is no scope 'sync:all'"):
        make_key(staff, "Nightly", ["sync:all"], MONTH, now)
    assert not ApiKey.objects.exists()


def test_a_rotated_key_works_for_a_day_beside_the_new_one(staff, now):
    boss = type(staff).objects.create_user("boss", is_staff=True)
    old, old_text = made(staff, now - 20 * DAY)

    new, new_text = rotate_key(old, boss, now)

    assert (new.name, new.scopes, new.owner) == ("Nightly", ["sync:run"], boss)
    assert new.expires_at == now + MONTH
    assert find_key(old_text, now + timedelta(hours=23)).replaced_by == new
    assert find_key(new_text, now) == new
    with pytest.raises(KeyRefused, match="expired"):
        find_key(old_text, now + timedelta(hours=24))


def test_rotation_never_makes_a_key_last_longer(staff, now):
    old, _ = made(staff, now - 30 * DAY + timedelta(hours=1))

    rotate_key(old, staff, now)

    assert ApiKey.objects.get(pk=old.pk).expires_at == now + timedelta(hours=1)


@pytest.mark.parametrize("how", ["twice", "revoked", "expired"])
def test_a_key_that_is_over_is_not_rotated(staff, now, how):
    key, _ = made(staff, now - 31 * DAY if how == "expired" else now)
    if how == "twice":
        rotate_key(key, staff, now)
    if how == "revoked":
        revoke_key(key, now)
    count = ApiKey.objects.count()

    with pytest.raises(CannotRotate):
        rotate_key(key, staff, now)
    assert ApiKey.objects.count() == count


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_people_who_rotate_at_once_make_one_new_key(staff):
    key, _ = made(staff, timezone.now())

    def press(index):
        try:
            return rotate_key(key, staff, timezone.now())
        except CannotRotate:
            return None

    at_once(4, press)

    assert ApiKey.objects.count() == 2


def test_a_revoked_key_stays_revoked(staff, now):
    key, text = made(staff, now)

    assert revoke_key(key, now) is True
    assert revoke_key(key, now + DAY) is False
    assert ApiKey.objects.get().revoked_at == now
    with pytest.raises(KeyRefused, match="revoked"):
        find_key(text, now)


@pytest.mark.parametrize(
    ("age", "life", "fields", "word"),
    [
        (1, 90, {}, "Active"),
        (1, 15, {}, "Expiring"),
        (89, 365, {}, "Active"),
        (90, 365, {}, "Unused"),
        (200, 365, {"used": 89}, "Active"),
        (200, 365, {"used": 90}, "Unused"),
        (100, 110, {}, "Expiring"),
        (30, 30, {}, "Expired"),
        (1, 90, {"revoked": 0}, "Revoked"),
        (40, 30, {"revoked": 20}, "Revoked"),
    ],
)
def test_the_state_of_a_key_and_the_list_it_stands_in(staff, now, age, life, fields, word):
    names = {"used": "last_used_at", "revoked": "revoked_at"}
    times = {names[name]: now - days * DAY for name, days in fields.items()}
    key, _ = made(staff, now - age * DAY, life * DAY, **times)

    assert key.state_word(now) == word
    assert ApiKey.objects.filter(ApiKey.works(now)).exists() is (
        word in ("Active", "Expiring", "Unused")
    )
    assert ApiKey.objects.filter(ApiKey.unused(now)).exists() is (word == "Unused")


def test_a_scope_that_is_gone_from_the_code_is_called_by_its_name():
    assert scope_words(["sync:read", "old:one"]) == ["Read runs and what came of them", "old:one"]


def test_logs_carry_no_key(staff, now):
    _, text = made(staff, now)

    assert redact(f"call with {text} failed") == "call with [redacted] failed"
    assert redact(f'"{text}"') == '"[redacted]"'
    assert redact("call with cd_ab12cd34 failed") == "call with cd_ab12cd34 failed"
