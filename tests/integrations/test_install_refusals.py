"""Install links that are refused, at the link and at the callback."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from integrations.errors import NotAuthorized
from integrations.models import Connection, InstallLink
from integrations.services.installs import revoke
from tests.integrations.inviting import COOKIE, age_state, come_back, go


def test_an_unknown_link_is_a_friendly_page(client, script, db):
    answer = client.get("/connect/fake/" + "x" * 43 + "/")
    assert answer.status_code == 404
    assert b"This link does not work" in answer.content


def test_an_expired_link_is_refused(client, invite):
    _, path = invite(now=timezone.now() - timedelta(days=8))
    answer = client.get(path)
    assert (answer.status_code, b"too old" in answer.content) == (403, True)


def test_a_revoked_link_is_refused_also_in_the_middle(client, invite):
    link, path = invite()
    state = go(client, path)
    assert revoke(link, timezone.now()) is True
    assert revoke(link, timezone.now()) is False
    assert b"withdrawn" in client.get(path).content
    assert come_back(client, state).status_code == 404
    assert not Connection.objects.exists()


def test_a_used_link_is_refused(client, invite):
    _, path = invite()
    come_back(client, go(client, path))
    answer = client.get(path)
    assert (answer.status_code, b"used already" in answer.content) == (403, True)


def test_only_what_is_connected_by_a_link_gets_one(invite, monkeypatch):
    from integrations.services import installs

    monkeypatch.setattr(installs, "is_linkable", lambda cls: False)
    with pytest.raises(ValueError, match="Fake is not connected by a link"):
        invite()
    assert not InstallLink.objects.exists()


def test_a_link_for_nonsense_is_not_made(invite):
    with pytest.raises(ValueError, match="A fake shop is named like"):
        invite(account="evil.com")
    assert not InstallLink.objects.exists()


def refused(answer, script, words, status=403):
    assert (answer.status_code, words.encode() in answer.content) == (status, True)
    assert script.asked("tokens") == 0
    assert not Connection.objects.exists()


def test_an_invented_state_is_refused(client, invite, script):
    _, path = invite()
    go(client, path)
    refused(come_back(client, "s" * 43), script, "does not work", 404)


def test_no_state_is_refused(client, invite, script):
    _, path = invite()
    go(client, path)
    refused(client.get("/connect/fake/callback/"), script, "does not work", 404)


def test_another_browser_is_refused(client, invite, script):
    _, path = invite()
    state = go(client, path)
    refused(type(client)().get("/connect/fake/callback/", {"state": state}), script, "same browser")
    assert come_back(client, state).status_code == 200


def test_a_ticket_changed_to_another_store_is_refused(client, invite, script):
    _, path = invite(account="")
    answer = client.get(path, {"account": "beans.fake"})
    state = parse_qs(urlsplit(answer["Refresh"][6:]).query)["state"][0]
    nonce = client.cookies[COOKIE].value.partition(".")[0]
    client.cookies[COOKIE] = f"{nonce}.tea.fake"
    refused(come_back(client, state, shop="tea.fake"), script, "same browser")


def test_another_store_is_refused(client, invite, script):
    _, path = invite()
    refused(come_back(client, go(client, path), shop="tea.fake"), script, "could not verify")


def test_an_unsigned_answer_is_refused(client, invite, script):
    _, path = invite()
    refused(come_back(client, go(client, path), hmac="bad"), script, "could not verify")


def test_a_state_older_than_ten_minutes_is_refused(client, invite, script):
    _, path = invite()
    state = go(client, path)
    age_state(1)
    refused(come_back(client, state), script, "took too long")


def test_an_owner_who_says_no_changes_nothing(client, invite, script):
    _, path = invite()
    refused(come_back(client, go(client, path), error="access_denied"), script, "did not allow")


def test_opening_again_ends_the_state_before(client, invite, script):
    _, path = invite()
    first = go(client, path)
    second = go(client, path)
    refused(come_back(client, first), script, "does not work", 404)
    assert come_back(client, second).status_code == 200


def test_a_callback_replayed_connects_nothing_twice(client, invite, script):
    _, path = invite()
    state = go(client, path)
    ticket = client.cookies[COOKIE].value
    come_back(client, state)
    client.cookies[COOKIE] = ticket
    answer = come_back(client, state)
    assert (answer.status_code, b"used already" in answer.content) == (403, True)
    assert script.asked("tokens") == 1


def test_a_code_the_store_refuses_leaves_the_link_good(client, invite, script):
    _, path = invite()
    good, script.tokens = script.tokens, NotAuthorized("beans.fake did not complete it.")
    state = go(client, path)
    answer = come_back(client, state)
    assert (answer.status_code, b"beans.fake did not complete it." in answer.content) == (403, True)
    assert not Connection.objects.exists()
    script.tokens = good
    assert b"took too long" in come_back(client, state).content  # that state is used up
    assert come_back(client, go(client, path)).status_code == 200
