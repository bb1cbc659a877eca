"""API keys in the admin: made, shown once, listed, rotated, revoked."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from integrations.models import ApiKey
from integrations.services.api_keys import make_key
from tests.integrations.admin_rows import (
    count_queries,
    get_page,
    list_url,
    log_in,
    page_url,
    press,
)
from tests.integrations.api.calling import STATUS, Caller

pytestmark = pytest.mark.django_db
NEW = "/admin/api-keys/new/"
FORM = {"name": "Nightly job", "scopes": ["sync:run", "sync:read"], "life": "90"}
TEXT = re.compile(r"cd_[a-z0-9]{8}_[A-Za-z0-9]{43}")


def make(client: Client, **form: object) -> str:
    """Make a key by the form; returns the page that shows it."""
    answer = client.post(NEW, FORM | form)
    assert answer.status_code == 302
    return answer.url


def text_in(html: str) -> str:
    found = set(TEXT.findall(html))
    assert len(found) <= 1
    return found.pop() if found else ""


def other_key(**fields: object) -> ApiKey:
    user = User.objects.get_or_create(username="maker", is_staff=True, first_name="Mara")[0]
    key, _ = make_key(user, "Other", ["sync:read"], timedelta(days=300), timezone.now())
    ApiKey.objects.filter(pk=key.pk).update(**fields)
    return ApiKey.objects.get(pk=key.pk)


# --- made


def test_a_new_key_is_shown_once_and_works():
    client = log_in("Owner")
    page = make(client)

    text = text_in(get_page(client, page))

    key = ApiKey.objects.get()
    assert Caller(text).get(STATUS).status_code == 200
    assert (key.name, key.scopes) == ("Nightly job", ["sync:read", "sync:run"])
    assert key.owner == User.objects.get(username="owner")
    assert timedelta(days=89) < key.expires_at - timezone.now() <= timedelta(days=90)


def test_neither_reloading_nor_another_page_shows_it_again():
    client = log_in("Owner")
    page = make(client)
    shown = text_in(get_page(client, page))

    again = get_page(client, page)

    assert shown
    assert "A key is shown once." in again
    pages = [again, *(get_page(client, url) for url in (NEW, list_url("apikey")))]
    pages.append(get_page(client, page_url(ApiKey.objects.get())))
    history = page_url(ApiKey.objects.get()).replace("/change/", "/history/")
    pages.append(get_page(client, history))
    assert not any(shown.rpartition("_")[2] in html for html in pages)
    assert not any(ApiKey.objects.get().hash in html for html in pages)


def test_it_is_forgotten_once_its_maker_looks_elsewhere_first():
    client = log_in("Owner")
    page = make(client)
    get_page(client, NEW)

    assert text_in(get_page(client, page)) == ""


def test_the_page_with_the_key_is_kept_by_no_cache():
    client = log_in("Owner")

    assert "no-store" in client.get(make(client)).headers["Cache-Control"]


def test_the_session_and_the_history_hold_no_key_in_the_clear():
    client = log_in("Owner")
    page = make(client)
    kept = str(dict(client.session))
    text = text_in(get_page(client, page))

    assert text.rpartition("_")[2] not in kept
    entry = LogEntry.objects.get()
    assert str(entry.get_change_message()) == "Made. It may: sync:read, sync:run"
    assert (entry.object_repr, entry.is_addition()) == ("Nightly job", True)
    assert "new_api_key" not in client.session


@pytest.mark.parametrize(
    "form", [{"name": ""}, {"scopes": []}, {"scopes": ["sync:all"]}, {"life": "9999"}]
)
def test_a_wrong_form_makes_no_key(form):
    answer = log_in("Owner").post(NEW, FORM | form)

    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_only_what_a_person_may_do_can_be_given_to_a_key():
    client = log_in("Viewer")
    person = User.objects.get(username="viewer")
    person.user_permissions.add(Permission.objects.get(codename="manage_apikey"))

    assert client.post(NEW, FORM).status_code == 200
    assert not ApiKey.objects.exists()
    html = get_page(client, NEW)
    assert 'value="sync:read"' in html
    assert 'value="sync:run"' not in html


# --- listed


def test_the_list_says_what_each_may_and_when_it_was_used():
    client = log_in("Owner")
    used = timezone.now() - timedelta(hours=2)
    other_key(last_used_at=used, last_used_ip="203.0.113.9")

    html = get_page(client, list_url("apikey"))

    assert "Other" in html
    assert '<span class="badge ok">Active</span>' in html
    assert 'title="Read runs and what came of them">sync:read</span>' in html
    assert 'title="from 203.0.113.9"' in html
    assert "Mara" in html
    assert 'href="/admin/api-keys/new/"' in html
    assert 'href="/api/v1/docs"' in html


def test_the_tabs_tell_those_in_use_from_unused_and_ended_ones():
    client = log_in("Owner")
    long_ago, now = timezone.now() - timedelta(days=91), timezone.now()
    plain, unused = other_key(), other_key(created_at=long_ago)
    revoked, expired = other_key(revoked_at=now), other_key(expires_at=now)

    def rows(tab: str) -> set[ApiKey]:
        answer = client.get(f"{list_url('apikey')}?view={tab}")
        return set(answer.context["cl"].result_list)

    assert rows("") == {plain, unused}
    assert rows("unused") == {unused}
    assert rows("ended") == {revoked, expired}
    assert rows("all") == {plain, unused, revoked, expired}


def test_the_page_of_a_key_takes_no_more_queries_for_more_keys():
    client = log_in("Owner")
    key = other_key()
    few = count_queries(client, page_url(key))
    for _ in range(5):
        other_key()

    assert count_queries(client, page_url(key)) == few <= 14


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"created_at": timezone.now() - timedelta(days=91)}, "Nobody called with it for 90 days."),
        ({"expires_at": timezone.now() + timedelta(days=3)}, "What calls with it stops then."),
    ],
)
def test_the_page_of_a_key_says_what_to_do(fields, said):
    client = log_in("Owner")

    assert said in get_page(client, page_url(other_key(**fields)))


def test_the_page_of_a_key_says_what_its_owner_may_no_longer_do():
    client = log_in("Owner")
    key = other_key(scopes=["sync:read", "sync:run", "old:one"])
    key.owner.groups.add(Group.objects.get(name="Viewer"))

    html = get_page(client, page_url(key))

    assert html.count('<span class="badge ok">Granted</span>') == 1
    assert html.count("Mara may not: refused") == 2
    User.objects.filter(pk=key.owner.pk).update(is_active=False)
    assert "Mara may no longer sign in" in get_page(client, page_url(key))


# --- rotated and revoked


def test_rotating_shows_the_new_key_and_keeps_the_old_one_for_a_day():
    client = log_in("Owner")
    old = other_key()
    url = page_url(old).replace("/change/", "/do/rotate/")

    answer = client.post(url, {"confirmed": "1"}, follow=True)

    text = text_in(answer.text)
    assert Caller(text).get(STATUS).status_code == 200
    new = ApiKey.objects.exclude(pk=old.pk).get()
    assert (new.owner.username, new.scopes) == ("owner", ["sync:read"])
    old.refresh_from_db()
    assert old.replaced_by == new
    assert timedelta(hours=23) < old.expires_at - timezone.now() <= timedelta(hours=24)
    html = get_page(client, page_url(old))
    assert "It was replaced" in html
    assert page_url(new) in html
    assert f"{old.prefix}…" in get_page(client, page_url(new))


def test_rotating_asks_first():
    client = log_in("Owner")
    old = other_key()

    answer = client.post(page_url(old).replace("/change/", "/do/rotate/"), {})

    assert "calls with it are made in your name" in answer.text
    assert ApiKey.objects.count() == 1


def test_a_revoked_key_is_over():
    client = log_in("Owner")
    key = other_key()

    assert "1 revoked" in press(client, key, "revoke")

    key.refresh_from_db()
    assert key.state_word(timezone.now()) == "Revoked"
    assert LogEntry.objects.get().get_change_message() == "Revoke: — → Revoked"
    assert "not possible" in press(client, key, "revoke")
    assert "not possible" in press(client, key, "rotate")
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("group", ["Viewer", "Operator", "Manager"])
def test_others_neither_see_nor_make_keys(group):
    client, key = log_in(group), other_key()

    for url in (NEW, list_url("apikey"), page_url(key)):
        assert client.get(url).status_code == 403
    assert "API keys" not in client.get("/admin/?dashboard=1").text
    assert ApiKey.objects.count() == 1
