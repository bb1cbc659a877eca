"""Install links: shown once, listed with their state, revoked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import InstallLink
from integrations.services.installs import create_link
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_store,
    press,
)

pytestmark = pytest.mark.django_db
PAGE = "/admin/connect-partner/"


def make_link(account: str = "blue-door.myshopify.com", **fields: object) -> InstallLink:
    user = User.objects.get_or_create(username="maker")[0]
    link, _ = create_link("shopify-partner", account, "", user, timezone.now())
    InstallLink.objects.filter(pk=link.pk).update(**fields)
    return InstallLink.objects.get(pk=link.pk)


def ask(client: Client, account: str = "Blue-Door.myshopify.com") -> str:
    """Make a link by the form; returns the page that shows it."""
    form = {"provider": "shopify-partner", "account": account, "email": ""}
    answer = client.post(PAGE, form)
    assert answer.status_code == 302
    return answer.url


def shown_url(html: str) -> str:
    return html.partition('id="install-link" readonly value="')[2].partition('"')[0]


def test_a_new_link_is_shown_once_with_a_text_for_a_mail():
    client = log_in("Owner")
    html = get_page(client, ask(client))
    url = shown_url(html)
    assert "/connect/shopify/" in url
    assert html.count(url) >= 3
    assert InstallLink.objects.get().account == "blue-door.myshopify.com"
    assert url not in get_page(client, PAGE)


def test_reloading_shows_the_same_link_and_makes_no_other():
    client = log_in("Owner")
    page = ask(client)
    assert shown_url(get_page(client, page)) == shown_url(get_page(client, page)) != ""
    assert InstallLink.objects.count() == 1


def test_its_address_is_nobody_elses_and_gone_once_they_looked_elsewhere():
    client = log_in("Owner")
    page = ask(client)
    User.objects.filter(username="owner").update(username="first")
    assert shown_url(get_page(log_in("Owner"), page)) == ""
    get_page(client, PAGE)
    assert shown_url(get_page(client, page)) == ""


def test_the_session_holds_no_address_in_the_clear():
    client = log_in("Owner")
    url = shown_url(get_page(client, ask(client)))
    token = url.rstrip("/").rpartition("/")[2]
    assert len(token) == 43
    assert token not in str(dict(client.session))


def test_domain_and_mail_may_stay_empty():
    log_in("Owner").post(PAGE, {"provider": "shopify-partner"})
    assert InstallLink.objects.get().account == ""


def test_a_wrong_domain_makes_no_link():
    form = {"provider": "shopify-partner", "account": "blue-door.example.com"}
    html = log_in("Owner").post(PAGE, form).content.decode()
    assert "A shop is named by its permanent domain" in html
    assert not InstallLink.objects.exists()


def test_a_known_shop_is_filled_in():
    html = get_page(log_in("Owner"), f"{PAGE}?account=kettle.myshopify.com")
    assert 'value="kettle.myshopify.com"' in html


def test_the_states_of_links():
    now, store = timezone.now(), make_store("kettle")
    make_link()
    make_link(opened_at=now)
    make_link(expires_at=now - timedelta(minutes=1))
    make_link(revoked_at=now)
    make_link(used_at=now, connection=store)
    html = get_page(log_in("Owner"), PAGE)
    for word in ("Created", "Opened", "Expired", "Revoked", "Connected"):
        assert f">{word}</span>" in html
    assert "products are being read" in html


def test_the_page_follows_a_fresh_link_and_lets_go_of_old_ones():
    client, link = log_in("Owner"), make_link()
    assert 'data-poll="4000"' in get_page(client, PAGE)
    InstallLink.objects.update(created_at=link.created_at - timedelta(hours=2))
    assert 'data-poll="4000"' not in get_page(client, PAGE)


def test_a_revoked_link_is_over():
    owner, link = log_in("Owner"), make_link()
    assert "1 revoked" in press(owner, link, "revoke")
    assert InstallLink.objects.get().state_word(timezone.now()) == "Revoked"
    assert "Revoke is not possible" in press(owner, link, "revoke")


def test_only_owners_see_and_revoke_links():
    link, manager = make_link(), log_in("Manager")
    assert manager.get(list_url("installlink")).status_code == 403
    assert button_status(manager, link, "revoke") == 403
    assert InstallLink.objects.get().revoked_at is None
    assert button_status(log_in("Owner"), link, "revoke", "get") == 405


def test_the_page_takes_the_same_few_queries_for_five_and_fifty_links():
    client = log_in("Owner")
    for number in range(5):
        make_link(used_at=timezone.now(), connection=make_store(f"s{number}"))
    few = count_queries(client, PAGE)
    for number in range(5, 50):
        make_link(used_at=timezone.now(), connection=make_store(f"s{number}"))
    assert count_queries(client, PAGE) == few <= MOST_QUERIES


def test_all_links_and_one_of_them():
    client, link = log_in("Owner"), make_link()
    assert "blue-door.myshopify.com" in get_page(client, list_url("installlink"))
    page = reverse("admin:integrations_installlink_change", args=[link.pk])
    assert "The address itself is not stored" in get_page(client, page)


def test_the_page_that_made_a_link_says_on_top_what_becomes_of_it():
    client = log_in("Owner")
    page = ask(client)
    link = InstallLink.objects.filter(created_by__username="owner")
    assert "Nobody opened it yet." in get_page(client, page)
    link.update(opened_at=timezone.now())
    assert "not approved yet.</b> This page follows it" in get_page(client, page)
    link.update(failed_at=timezone.now(), failure="denied")
    assert "<b>The owner declined.</b>" in get_page(client, page)
    store = make_store("blue-door", name="Blue Door")
    link.update(used_at=timezone.now(), failure="", connection=store)
    html = get_page(client, page)
    assert "<b>Blue Door is connected.</b> Its products are being read" in html
    assert 'id="link-state" class="stack" data-poll' in html
    assert "Copy link" not in html


@pytest.mark.parametrize("made", ["x", "9" * 30, "0", ""])
def test_a_link_that_is_none_is_followed_by_nothing(made):
    assert 'id="link-state"' not in get_page(log_in("Owner"), f"{PAGE}?made={made}")


def test_a_colleagues_link_is_not_shown_as_ones_own():
    link = make_link()
    assert 'id="link-state"' not in get_page(log_in("Owner"), f"{PAGE}?made={link.pk}")
