"""Install links from invitation to connected store, in the partner's browser."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from integrations.errors import Retryable
from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection, InstallLink, SyncRun
from integrations.services.install_refusals import InstallRefused
from integrations.services.installs import finish
from integrations.services.ticks import sweep
from integrations.services.tokens import store_tokens
from integrations.tasks import finish_install
from integrations.types import AccountInfo, Tokens
from tests.conftest import make_fake
from tests.integrations.inviting import COOKIE, come_back, go
from tests.threads import at_once


def test_a_link_becomes_a_connected_store(client, invite, script):
    link, path = invite()
    answer = come_back(client, go(client, path))
    assert answer.status_code == 200
    assert b"Beans &amp; Co is connected" in answer.content
    row = Connection.objects.get()
    assert (row.provider, row.account, row.slug) == ("fake", "beans.fake", "beans")
    assert (row.name, row.status, row.scopes) == ("Beans & Co", "active", ["read"])
    assert row.tokens.reveal()["access"] == "fresh"
    assert row.settings == {"shop": "beans.fake"}
    link.refresh_from_db()
    assert (link.connection, link.state_word(timezone.now())) == (row, "Connected")
    assert script.calls[0] == ("tokens", "c-1")


def test_a_connected_store_starts_to_work(client, invite):
    _, path = invite()
    come_back(client, go(client, path))
    row = Connection.objects.get()
    assert waiting_ids("integrations.tasks.ensure_webhooks") == {row.pk}
    assert SyncRun.objects.get().flow == "products"
    assert {one.flow for one in row.schedules.all()} == {"stock", "products"}


def test_opening_sends_the_browser_off_with_a_ticket(client, invite):
    link, path = invite()
    answer = client.get(path)
    assert answer["Location"].startswith("https://beans.fake/allow?state=")
    assert "/connect/fake/callback/" in answer["Location"]
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 600)
    assert answer["Cache-Control"].startswith("max-age=0")
    link.refresh_from_db()
    assert link.state_word(timezone.now()) == "Opened"


def test_over_https_the_cookie_belongs_to_this_host_alone(client, invite, settings):
    settings.IS_HTTPS = True
    _, path = invite()
    cookie = client.get(path).cookies["__Host-crossdock-install"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_nothing_secret_is_stored_in_the_clear(client, invite):
    link, path = invite()
    token, state = path.split("/")[-2], go(client, path)
    link.refresh_from_db()
    stored = " ".join(str(value) for value in vars(link).values())
    assert token not in stored
    assert state not in stored
    assert client.cookies[COOKIE].value not in stored


def test_a_link_for_any_store_asks_for_the_address_first(client, invite):
    _, path = invite(account="")
    assert b"Which store do you want to connect?" in client.get(path).content
    answer = client.get(path, {"account": "Beans.fake "})
    assert answer.status_code == 200
    assert answer["Refresh"].startswith("0;url=https://beans.fake/allow?state=")
    state = parse_qs(urlsplit(answer["Refresh"][6:]).query)["state"][0]
    assert come_back(client, state).status_code == 200
    assert Connection.objects.get().account == "beans.fake"


def test_an_address_that_is_none_is_asked_for_again(client, invite, script):
    _, path = invite(account="")
    answer = client.get(path, {"account": "evil.com/.fake"})
    assert answer.status_code == 400
    assert b"A fake shop is named like beans.fake." in answer.content
    assert InstallLink.objects.get().state_hash is None


def test_a_link_for_one_store_does_not_open_for_another(client, invite):
    _, path = invite()
    answer = client.get(path, {"account": "tea.fake"})
    assert answer.status_code == 403
    assert b"This link is for beans.fake." in answer.content
    assert InstallLink.objects.get().state_hash is None


# --- what was granted ---


def test_too_few_permissions_are_said_and_need_a_person(client, invite, script):
    script.check = AccountInfo("beans.fake", "Beans", granted=("read",), missing=("write",))
    _, path = invite()
    answer = come_back(client, go(client, path))
    assert (answer.status_code, b"Some permissions are missing" in answer.content) == (403, True)
    assert Connection.objects.get().status == "needs_attention"
    assert Alert.objects.count() == 1
    assert not SyncRun.objects.exists()


def test_a_store_out_of_reach_after_its_yes_is_asked_again_by_a_job(client, invite, script):
    script.check = Retryable("beans.fake did not answer in time.")
    _, path = invite()
    answer = come_back(client, go(client, path))
    assert (answer.status_code, b"we ask again by ourselves" in answer.content) == (200, True)
    row = Connection.objects.get()
    assert (row.status, row.tokens.reveal()["access"]) == ("draft", "fresh")
    script.check = None
    assert sweep(timezone.now()) == 1
    assert waiting_ids("integrations.tasks.finish_install") == {row.pk}
    assert finish_install(row.pk) == "ok"
    row.refresh_from_db()
    assert (row.status, row.name) == ("active", "Beans & Co")
    assert SyncRun.objects.get().flow == "products"


# --- stores that come back ---


@pytest.mark.parametrize("status", ["needs_attention", "archived", "active"])
def test_a_store_that_comes_back_keeps_its_row_and_name(client, invite, status):
    row = make_fake(status=status, name="Our beans")
    store_tokens(row, Tokens(access="dead"))
    _, path = invite()
    come_back(client, go(client, path))
    again = Connection.objects.get()
    assert (again.pk, again.name, again.slug, again.status) == (
        row.pk,
        "Our beans",
        "beans",
        "active",
    )
    assert again.tokens.reveal()["access"] == "fresh"
    assert again.installed_at is not None


def test_another_store_with_the_same_handle_gets_another_slug(client, invite):
    make_fake("beans.fake")
    Connection.objects.update(account="other.fake")
    _, path = invite()
    come_back(client, go(client, path))
    assert Connection.objects.get(account="beans.fake").slug == "beans-2"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_callbacks_at_once_exchange_one_code(client, invite, script):
    _, path = invite()
    state, ticket = go(client, path), client.cookies[COOKIE].value

    params = {"state": state, "shop": "beans.fake", "code": "c-1", "hmac": "good"}

    def call(index):
        try:
            return finish(params, ticket, timezone.now).account
        except InstallRefused as exc:
            return exc.reason

    answers = at_once(8, call)
    assert answers.count("beans.fake") == 1
    assert set(answers) <= {"beans.fake", "late", "used"}
    assert script.asked("tokens") == 1


def test_other_links_of_the_same_store_end_with_the_one_that_was_used(client, invite):
    (other, _), (anybody, _), (_, path) = invite(), invite(account=""), invite()

    come_back(client, go(client, path))

    for row in (other, anybody):
        row.refresh_from_db()
    assert other.state_word(timezone.now()) == "Revoked"
    assert anybody.state_word(timezone.now()) == "Created"
