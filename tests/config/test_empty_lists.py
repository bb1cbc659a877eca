"""Every list of the portal while it is empty: what it says, and the step that leads on."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from config.adminkit.empty import UNKNOWN
from config.empty_lists import not_connected
from integrations.models import Connection
from tests.integrations.admin_rows import get_page, log_in, make_store
from tests.orders.builders import make_own_store, make_partner

pytestmark = pytest.mark.django_db
APPS = ("integrations", "catalog", "inventory", "orders")
LISTS = {one.url_name: one for one in admin.site._registry.values() if one.opts.app_label in APPS}
CONNECT_STORE, CONNECT_PARTNER = "/admin/connect/shopify/", "/admin/connect-partner/"
CONNECT_ERP = "/admin/connect/sellercloud/"
STEPS = {
    "Your store is not connected": CONNECT_STORE,
    "No partner is connected": CONNECT_PARTNER,
    "No ERP is connected": CONNECT_ERP,
}
# Their rows are there without any connection, or their being empty is good news.
WITHOUT = {
    "integrations_apikey",
    "integrations_connection",
    "integrations_installlink",
    "integrations_alert",
    "integrations_bulkaction",
    "integrations_importjob",
}


def address(name):
    return reverse(f"admin:{name}_changelist")


def said(page):
    part = page.partition('class="empty"')[2].partition("</div>")[0]
    found = re.search(r"<h2>(.*?)</h2>", part)
    return (
        found.group(1) if found else "",
        re.findall(r'<a class="btn primary" href="([^"]*)"', part),
    )


@pytest.mark.parametrize("name", LISTS)
def test_every_list_knows_what_it_says_and_where_its_rows_come_from(name):
    one = LISTS[name]

    assert one.empty_state[:2] != UNKNOWN[:2]
    assert one.comes_from in ({""} if name in WITHOUT else {"store", "partner", "purchases", "any"})


@pytest.mark.parametrize("name", sorted(set(LISTS) - WITHOUT))
def test_before_anything_is_connected_an_owner_is_led_to_connecting(name):
    heading, links = said(get_page(log_in("Owner"), address(name)))

    if heading:  # our own shelf and our own partner row are always there
        assert links == [STEPS[heading]]


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("group", ["Viewer", "Owner"])
def test_no_step_leads_a_person_to_a_page_they_may_not_open(name, group):
    client = log_in(group)
    answer = client.get(address(name))
    if answer.status_code == 403:
        return
    for connected in (False, True):
        if connected:
            make_own_store()
            make_partner()
        for link in said(get_page(client, address(name)))[1]:
            assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_what_is_not_connected_depends_on_where_the_rows_come_from():
    make_partner()

    assert not_connected("partner", "Stock levels") is None
    assert not_connected("any", "Runs") is None
    missing = not_connected("store", "Orders")
    assert missing[:4] == (
        "Your store is not connected",
        "Orders appear here once your own store is connected.",
        "Connect your own store",
        CONNECT_STORE,
    )


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_was_never_finished_or_is_archived_does_not_count(status):
    make_store("own", provider="shopify", status=status)

    assert not_connected("store", "Orders").button == "Connect your own store"


def test_a_store_that_must_be_connected_again_is_named():
    store = make_store("own", provider="shopify", status="needs_attention", name="Crossdock Coffee")

    assert not_connected("store", "Orders")[:4] == (
        "Crossdock Coffee: needs reconnect",
        "Orders appear here once it is connected again.",
        "Open the connection",
        reverse("admin:integrations_connection_change", args=[store.pk]),
    )
    Connection.objects.update(status="active")
    assert not_connected("store", "Orders") is None
