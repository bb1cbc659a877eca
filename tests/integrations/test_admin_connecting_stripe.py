"""Connect a system one of whose secrets is optional: Stripe, with and without an API key."""

import pytest
from django.urls import reverse

from integrations.models import Connection
from tests.integrations.admin_rows import get_page, log_in, page_url, press

pytestmark = pytest.mark.django_db
FORM = {"account": "acct_1234", "livemode": "on", "webhook_secret": "whsec_1", "api_key": ""}


@pytest.fixture
def owner():
    return log_in("Owner")


def connect(owner, **changes):
    return owner.post(reverse("admin:connect_system", args=["stripe"]), FORM | changes)


def test_without_an_api_key_it_is_connected_and_active(owner):
    assert connect(owner).status_code == 302
    row = Connection.objects.get()
    assert (row.account, row.status, row.settings["livemode"]) == ("acct_1234", "active", True)
    assert row.secrets.reveal() == {"webhook_secret": "whsec_1"}


def test_without_a_signing_secret_it_is_not(owner):
    answer = connect(owner, webhook_secret="")
    assert answer.content.decode().count("This field is required.") == 1
    assert not Connection.objects.exists()


def test_a_key_of_the_other_mode_is_told_before_anything_is_saved(owner):
    answer = connect(owner, api_key="sk_test_1")
    assert "Nothing was saved. The API key is for the other mode" in answer.content.decode()
    assert not Connection.objects.exists()


def test_its_page_has_nothing_of_what_it_does_not_do(owner):
    said = owner.post(reverse("admin:connect_system", args=["stripe"]), FORM, follow=True)
    assert "It tells us of payments by webhook" in said.content.decode()
    html = get_page(owner, page_url(Connection.objects.get()))
    assert "It tells us of payments by webhook, so there is nothing to run." in html
    for words in ("No flows yet", "Run now", "Access token", "Their number", "Variants linked"):
        assert words not in html


def test_there_is_nothing_to_run_with_it(owner):
    connect(owner)
    assert "there is nothing to run" in press(owner, Connection.objects.get(), "sync")


def test_its_page_shows_the_address_for_stripe(owner):
    connect(owner)
    row = Connection.objects.get()
    assert f"/hooks/{row.hook_key}/" in get_page(owner, page_url(row))
