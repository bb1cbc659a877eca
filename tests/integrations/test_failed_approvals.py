"""An approval that fails at the partner: staff see what, when, and what to do."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.errors import NotAuthorized
from integrations.models import Connection, InstallLink
from integrations.services.connections import needs_attention
from tests.integrations.admin_rows import get_page, list_url, log_in, make_store, press
from tests.integrations.inviting import age_state, come_back, go
from tests.integrations.test_admin_installs import make_link

PAGE = "/admin/connect-partner/"


def failure() -> tuple[str, str, bool]:
    link = InstallLink.objects.get()
    return link.state_word(timezone.now()), link.failure, link.failed_at is not None


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"error": "access_denied"}, "denied"),
        ({"hmac": "bad"}, "unsigned"),
    ],
)
def test_a_refusal_is_kept_on_the_link(client, invite, params, code):
    _, path = invite()
    come_back(client, go(client, path), **params)
    assert failure() == ("Failed", code, True)


def test_so_is_one_that_took_too_long(client, invite):
    _, path = invite()
    state = go(client, path)
    age_state(1)
    come_back(client, state)
    assert failure() == ("Failed", "late", True)


def test_so_is_what_the_store_said_and_a_reload_does_not_hide_it(client, invite, script):
    _, path = invite()
    script.tokens = NotAuthorized("beans.fake did not complete it.")
    state = go(client, path)
    come_back(client, state)
    come_back(client, state)
    assert failure() == ("Failed", "refused", True)
    assert InstallLink.objects.get().failure_text == "beans.fake did not complete it."


def test_another_store_is_named(client, invite):
    _, path = invite()
    client.get(path, {"account": "tea.fake"})
    assert failure() == ("Failed", "wrong_account", True)


def test_a_link_that_connects_in_the_end_did_not_fail(client, invite):
    _, path = invite()
    come_back(client, go(client, path), error="access_denied")
    assert come_back(client, go(client, path)).status_code == 200
    assert failure() == ("Connected", "", False)


def test_nobody_can_write_on_a_link_that_did_its_work(client, invite):
    _, path = invite()
    state = go(client, path)
    come_back(client, state)
    come_back(client, state, error="access_denied")
    assert failure() == ("Connected", "", False)


def test_too_few_permissions_are_a_failure_until_they_are_granted(db):
    now, store = timezone.now(), make_store("kettle")
    make_link(used_at=now, connection=store, failed_at=now, failure="scopes", failure_text="No x.")
    owner = log_in("Owner")
    assert "not with everything we need" not in get_page(owner, PAGE)
    needs_attention(store, "The account does not allow x.")
    html = get_page(owner, PAGE)
    assert "It was approved, but not with everything we need. No x." in html
    assert ">Needs reconnect</span>" in html


def test_staff_see_why_and_get_a_new_link_with_one_press(db):
    link = make_link(opened_at=timezone.now(), failed_at=timezone.now(), failure="denied")
    owner = log_in("Owner")
    html = get_page(owner, PAGE)
    assert "The owner declined." in html
    assert "not approved yet" not in html
    assert "The owner declined." in get_page(owner, list_url("installlink"))
    url = reverse("admin:integrations_installlink_do", args=[link.pk, "new_link"])
    page = owner.post(url).url
    old, new = InstallLink.objects.order_by("pk")
    assert (old.state_word(timezone.now()), new.account) == ("Revoked", link.account)
    assert 'id="install-link" readonly value="http' in get_page(owner, page)


def test_a_link_that_can_still_be_used_gets_no_other(db):
    link = make_link()
    assert "New link is not possible" in press(log_in("Owner"), link, "new_link")
    assert InstallLink.objects.count() == 1
    assert not Connection.objects.exists()
