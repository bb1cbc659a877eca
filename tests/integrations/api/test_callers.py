"""Who may call: keys and sessions, and every way to be refused."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from integrations.api.throttle import CALLS_A_MINUTE
from integrations.models import ApiKey, SyncRun
from integrations.services.api_keys import make_key
from tests.config.access.people import make_person
from tests.integrations.api.calling import ORDERS, STATUS, Caller, problem, refused

pytestmark = pytest.mark.django_db


def key_of(user: User, *scopes: str) -> Caller:
    return Caller(make_key(user, "A key", scopes, timedelta(days=1), timezone.now())[1])


def signed_in(who: str, *, strict: bool = False) -> Caller:
    client = Client(enforce_csrf_checks=strict)
    client.force_login(make_person(who))
    return Caller(client=client)


# --- keys


def test_a_key_acts_in_the_name_of_its_owner(erp, caller, owner):
    answer = caller.post(f"{ORDERS}?wait=0")

    run = SyncRun.objects.get()
    assert answer.status_code == 202
    assert (run.trigger, run.user) == ("api", owner)
    assert answer.json()["triggered_by"] == "olga"


def test_without_a_key_or_a_session_nobody_gets_in(erp):
    for answer in (Caller().post(ORDERS), Caller().get(STATUS)):
        assert refused(answer) == (401, "no_credentials")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Crossdock"'
    assert "API keys" in problem(answer)[2]


@pytest.mark.parametrize(
    "header",
    ["Basic b2xnYTpob3JzZQ==", "Bearer", "Bearer ", "Bearer cd_aaaaaaaa", "Token abc", "bearer x"],
)
def test_what_is_no_key_opens_nothing(erp, header):
    answer = Client().post(ORDERS, headers={"Authorization": header})

    assert refused(answer)[0] == 401


def test_a_key_with_one_wrong_letter_opens_nothing_and_says_nothing_about_the_right_one(
    erp, caller
):
    ApiKey.objects.update(revoked_at=timezone.now())
    wrong = caller.key[:-1] + ("a" if caller.key[-1] != "a" else "b")

    assert refused(Caller(wrong).post(ORDERS)) == (401, "key_unknown")
    assert ApiKey.objects.get().last_used_at is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"revoked_at": timezone.now()}, "key_revoked"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "key_expired"),
    ],
)
def test_a_key_that_is_over_opens_nothing(erp, caller, fields, code):
    ApiKey.objects.update(**fields)

    assert refused(caller.post(ORDERS)) == (401, code)
    assert ApiKey.objects.get().last_used_at is None


def test_a_wrong_key_is_refused_even_where_somebody_is_signed_in(erp):
    caller = signed_in("Owner")
    caller.key = "cd_aaaaaaaa_wrong"

    assert refused(caller.post(ORDERS)) == (401, "key_unknown")


def test_a_key_does_only_what_it_was_made_for(erp, owner):
    reads, runs = key_of(owner, "sync:read"), key_of(owner, "sync:run")

    assert refused(reads.post(ORDERS)) == (403, "scope_missing")
    assert "sync:run" in problem(reads.post(ORDERS))[2]
    assert reads.get(STATUS).status_code == 200
    assert refused(runs.get(STATUS)) == (403, "scope_missing")


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_a_key_ends_with_the_account_of_its_owner(erp, caller, owner, field):
    User.objects.filter(pk=owner.pk).update(**{field: False})

    assert refused(caller.post(ORDERS)) == (403, "owner_inactive")


def test_a_key_loses_what_its_owner_loses(erp, caller, owner):
    owner.groups.set([Group.objects.get(name="Viewer")])

    status, code, detail = problem(caller.post(ORDERS))
    assert (status, code) == (403, "not_allowed")
    assert detail == (
        "The owner of this API key does not allow this: Start runs. Ask an owner of the portal."
    )
    assert caller.get(STATUS).status_code == 200
    assert not SyncRun.objects.exists()


def test_the_key_of_a_viewer_reads_and_starts_nothing(erp):
    caller = key_of(make_person("Viewer"), "sync:run", "sync:read")

    assert refused(caller.post(ORDERS)) == (403, "not_allowed")
    assert caller.get(STATUS).status_code == 200


# --- sessions


def test_a_signed_in_operator_may_call_with_a_csrf_token(erp):
    caller = signed_in("Operator", strict=True)
    caller.client.get("/admin/password_change/")
    token = caller.client.cookies["csrftoken"].value

    answer = caller.post(f"{ORDERS}?wait=0", **{"X-CSRFToken": token})

    assert answer.status_code == 202
    assert SyncRun.objects.get().user.username == "operator"


def test_a_session_without_a_csrf_token_changes_nothing(erp):
    caller = signed_in("Operator", strict=True)

    assert refused(caller.post(ORDERS)) == (403, "csrf")
    assert caller.get(STATUS).status_code == 200


def test_a_signed_in_viewer_reads_and_starts_nothing(erp):
    caller = signed_in("Viewer")

    assert refused(caller.post(ORDERS)) == (403, "not_allowed")
    assert caller.get(STATUS).status_code == 200


def test_who_is_no_member_of_staff_gets_nothing(erp):
    client = Client()
    client.force_login(User.objects.create_user("customer"))

    assert refused(Caller(client=client).get(STATUS)) == (403, "not_allowed")


# --- how often, and what is remembered of it


def test_one_key_may_not_call_without_end_and_stops_no_other(erp, owner, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("integrations.api.callers.timezone.now", lambda: now)
    first, second = key_of(owner, "sync:read"), key_of(owner, "sync:read")
    statuses = {first.get(STATUS).status_code for _ in range(CALLS_A_MINUTE)}

    answer = first.get(STATUS)

    assert statuses == {200}
    assert problem(answer)[:2] == (429, "throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert second.get(STATUS).status_code == 200


def test_the_last_use_is_noted_once_a_minute_with_where_it_came_from(erp, caller):
    caller.get(STATUS)
    key = ApiKey.objects.get()
    assert key.last_used_ip == "127.0.0.1"
    assert timezone.now() - key.last_used_at < timedelta(minutes=1)

    caller.get(STATUS)
    assert ApiKey.objects.get().last_used_at == key.last_used_at

    ApiKey.objects.update(last_used_at=key.last_used_at - timedelta(seconds=61))
    caller.get(STATUS)
    assert ApiKey.objects.get().last_used_at > key.last_used_at


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "not an address", None),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_call_came_from(
    erp, caller, settings, proxies, header, found
):
    settings.TRUSTED_PROXIES = proxies
    headers = caller.headers | {"X-Forwarded-For": header}

    caller.client.get(STATUS, headers=headers)

    assert ApiKey.objects.get().last_used_ip == found
