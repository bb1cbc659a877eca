"""Reconnecting a store: one name for it, what happened, and that nothing is lost."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, InstallLink
from integrations.services.connections import needs_attention
from integrations.services.installs import create_link
from integrations.webhooks import REMOVED
from tests.integrations.admin_rows import get_page, log_in, make_store, page_url

pytestmark = pytest.mark.django_db
PAGE = "/admin/connect-partner/"


@pytest.fixture
def lost() -> Connection:
    """A store whose owner removed our app, and to whom we wrote before."""
    store = make_store("blue-door", name="Blue Door")
    user = User.objects.create_user("maker")
    create_link("shopify-partner", store.account, "ann@blue.example", user, timezone.now())
    needs_attention(store, REMOVED)
    return store


def reconnect(client, store) -> str:
    """Press the button of its page; returns the page it leads to."""
    url = reverse("admin:integrations_connection_do", args=[store.pk, "reconnect"])
    answer = client.post(url)
    assert answer.status_code == 302
    return get_page(client, answer.url)


def test_one_press_makes_the_link_and_names_what_it_is_for(lost):
    html = reconnect(log_in("Owner"), lost)
    link = InstallLink.objects.first()
    assert (link.account, link.email) == ("blue-door.myshopify.com", "ann@blue.example")
    assert "<h1>Reconnect Blue Door</h1>" in html.replace("\n", "")
    assert "The link to reconnect Blue Door" in html
    assert "Blue Door lost its access" in html
    assert "Nothing is lost" in html


def test_the_mail_says_what_happened_and_courts_nobody(lost):
    html = reconnect(log_in("Owner"), lost)
    mail = html.partition('<textarea id="mail-text"')[2].partition("</textarea>")[0]
    assert "is no longer connected with us: our app was removed from it." in mail
    assert "Nothing is lost" in mail
    assert "would like to sell" not in mail


def test_every_place_calls_it_reconnect(lost):
    owner = log_in("Owner")
    for url in (page_url(lost), reverse("admin:integrations_connection_changelist")):
        html = get_page(owner, url)
        assert "Reconnect" in html
        assert "install link" not in html.lower()
    html = get_page(owner, f"{PAGE}?account=Blue-Door.myshopify.com")
    assert "Reconnect Blue Door" in html
    assert "Create install link" not in html
    assert 'value="ann@blue.example"' in html


def test_a_new_store_is_still_invited():
    owner = log_in("Owner")
    html = get_page(owner, f"{PAGE}?account=new.myshopify.com")
    assert "Connect a partner store" in html
    assert "Create install link" in html
    form = {"provider": "shopify-partner", "account": "new.myshopify.com"}
    assert "would like to sell" in get_page(owner, owner.post(PAGE, form).url)


def test_who_may_not_manage_is_offered_no_link(lost):
    operator = log_in("Operator")
    assert "/do/reconnect/" not in get_page(operator, page_url(lost))
    url = reverse("admin:integrations_connection_do", args=[lost.pk, "reconnect"])
    assert operator.post(url).status_code == 403
    assert InstallLink.objects.count() == 1


def test_our_own_store_is_reached_with_credentials_not_by_a_link():
    own = make_store("own", "shopify")
    needs_attention(own, "It answers 401.")
    owner = log_in("Owner")
    assert "/do/reconnect/" not in get_page(owner, page_url(own))
    url = reverse("admin:integrations_connection_do", args=[own.pk, "reconnect"])
    owner.post(url)
    assert not InstallLink.objects.exists()


def test_an_archived_store_may_come_back(lost):
    Connection.objects.update(status="archived", status_reason="", archived_at=timezone.now())
    html = reconnect(log_in("Owner"), lost)
    assert "we ended the connection" in html


def test_once_it_is_back_the_page_speaks_of_it_and_not_of_another_store(lost):
    owner = log_in("Owner")
    reconnect(owner, lost)
    link = InstallLink.objects.first()
    InstallLink.objects.filter(pk=link.pk).update(used_at=timezone.now(), connection=lost)
    Connection.objects.filter(pk=lost.pk).update(status="active")

    html = get_page(owner, f"{PAGE}?made={link.pk}")

    assert "Blue Door is connected again.</b> What waited for it goes out" in html
    assert "<h1>Reconnect Blue Door</h1>" in html.replace("\n", "")
    assert "Another store" not in html
