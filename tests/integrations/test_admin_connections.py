"""The connection pages: what they show, to whom, and what the buttons do."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from integrations.errors import NotAuthorized
from integrations.models import Alert, ApiCall, Connection, InstallLink, SyncRun
from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.partner_store import PartnerStore
from integrations.services.connections import needs_attention
from integrations.types import AccountInfo
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_run,
    make_store,
    page_url,
    press,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SECRET = "shpss_0123456789abcdef"


@pytest.fixture
def store():
    row = make_store("blue-door")
    row.secrets = {"client_id": "the-client-id-1234", "client_secret": SECRET}
    row.save()
    return row


def answers(monkeypatch, cls, outcome):
    def check(self):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(cls, "check", check)


def test_without_connections_the_list_leads_to_the_first_one():
    html = get_page(log_in("Owner"), list_url("connection"))
    assert "No systems connected" in html
    assert "/admin/connect/shopify/" in html


def test_the_list_leads_to_the_form_of_every_system_that_has_credentials(store):
    html = get_page(log_in("Owner"), list_url("connection"))
    menu = html.partition("Connect another system")[2].partition("</details>")[0]
    found = re.findall(r'href="/admin/connect/([a-z-]+)/">([^<]+)<', menu)
    assert {"Extensiv", "SellerCloud", "Stripe", "VeraCore"} <= {label for _, label in found}
    assert not {"shopify", "shopify-partner"} & {slug for slug, _ in found}
    assert "Connect another system" not in get_page(log_in("Operator"), list_url("connection"))


def test_the_list_shows_health_age_runs_and_the_last_error(store):
    make_run(store)
    make_run(store, status="failed", error="The shop is in trouble.")
    Connection.objects.update(failures=1)
    html = get_page(log_in("Viewer"), list_url("connection"))
    assert "Degraded" in html
    assert "Last 2 runs: 1 completed, 1 failed" in html
    assert "The shop is in trouble." in html


def test_archived_connections_have_their_own_tab(store):
    make_store("old-mill", status="archived")
    client = log_in("Viewer")
    assert "Old-Mill" not in get_page(client, list_url("connection"))
    assert "Old-Mill" in get_page(client, f"{list_url('connection')}?view=archived")


def test_the_list_takes_the_same_few_queries_for_five_and_fifty_rows():
    client = log_in("Owner")
    for number in range(5):
        make_run(make_store(f"store-{number}"))
    few = count_queries(client, list_url("connection"))
    for number in range(5, 50):
        make_run(make_store(f"store-{number}"))
    assert count_queries(client, list_url("connection")) == few <= MOST_QUERIES


def test_the_page_shows_flows_scopes_calls_and_masked_credentials(store):
    Connection.objects.update(scopes=["read_products", "write_orders"])
    call = {"method": "POST", "path": "/graphql.json#ShopInfo", "status": 200, "ms": 12}
    ApiCall.objects.create(connection=store, at=store.created_at, **call)
    html = get_page(log_in("Owner"), page_url(store))
    assert "2 of 5 granted" in html
    assert "ShopInfo" in html
    assert "Daily at 03:00, UTC" in html
    assert html.count("<code>••••••••••••</code>") == 2
    assert SECRET[-4:] not in html


@pytest.mark.parametrize(("auth", "shown"), [("basic", False), ("token", True)])
def test_a_token_is_spoken_of_only_where_one_is_used(auth, shown):
    row = make_store("harbor", "veracore", settings={"company_id": "HARBOR", "auth": auth})
    html = get_page(log_in("Owner"), page_url(row))
    assert ("Access token" in html) == shown
    assert "Their number is ours" in html
    assert "Run now" in html


def test_only_who_manages_connections_sees_the_webhook_address(store):
    assert store.hook_key in get_page(log_in("Owner"), page_url(store))
    assert store.hook_key not in get_page(log_in("Manager"), page_url(store))


def test_a_viewer_has_no_buttons_and_is_refused(store):
    viewer = log_in("Viewer")
    assert "/do/" not in get_page(viewer, page_url(store))
    assert "/do/" not in get_page(viewer, list_url("connection"))
    buttons = ["test", "sync", "replace", "register_webhooks", "pause", "resume", "archive"]
    assert [button_status(viewer, store, name) for name in buttons] == [403] * 7


def test_an_operator_may_sync_but_not_archive(store):
    operator = log_in("Operator")
    assert button_status(operator, store, "archive") == 403
    assert "Queued run" in press(operator, store, "sync", flow="stock")


def test_buttons_are_no_links(store):
    owner = log_in("Owner")
    names = ["test", "sync", "replace", "pause", "archive"]
    assert [button_status(owner, store, name, "get") for name in names] == [405] * 5


def test_sync_now_queues_a_run_by_this_person_once(store):
    owner = log_in("Owner")
    first = press(owner, store, "sync", flow="stock")
    run = SyncRun.objects.get()
    assert (run.flow, run.trigger, run.user.username) == ("stock", "staff", "owner")
    assert f"Queued run #{run.pk}" in first
    assert page_url(run) in first
    assert f"Already queued as run #{run.pk}" in press(owner, store, "sync", flow="stock")
    assert SyncRun.objects.count() == 1


def test_sync_of_a_running_flow_says_since_when(store):
    run = make_run(store, status="running")
    assert f"Already running since {run.started_at:%H:%M}" in press(
        log_in("Owner"), store, "sync", flow="stock"
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_twenty_presses_at_once_are_one_run_and_the_others_are_told(settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    store, owner = make_store("blue-door"), log_in("Owner")
    cookie = owner.cookies["sessionid"].value

    def click(index: int) -> str:
        browser = Client()
        browser.cookies["sessionid"] = cookie
        url = reverse("admin:integrations_connection_do", args=[store.pk, "sync"])
        answer = browser.post(url, {"confirmed": "1", "flow": "stock"}, follow=True)
        return answer.content.decode()  # `context` mixes what all threads render

    answers = at_once(20, click)

    run = SyncRun.objects.get()
    assert sum(f"Queued run #{run.pk}" in said for said in answers) == 1
    assert sum(f"Already queued as run #{run.pk}" in said for said in answers) == 19
    began = datetime(2026, 11, 26, 22, 2, tzinfo=UTC)
    SyncRun.objects.update(status="running", started_at=began)
    assert "Already running since 14:02" in press(owner, store, "sync", flow="stock")


def test_bulk_sync_leaves_out_systems_without_the_flow(store):
    own = make_store("own", "shopify")
    data = {"action": "sync", "index": "0", "select_across": "0", "confirmed": "1", "flow": "stock"}
    data["_selected_action"] = [store.pk, own.pk]
    answer = log_in("Owner").post(list_url("connection"), data, follow=True)
    assert "1 skipped (has no such flow)" in str(next(iter(answer.context["messages"])))
    assert [run.connection for run in SyncRun.objects.all()] == [store]


def test_a_row_that_lost_its_access_makes_the_link_at_one_press(store):
    owner, button = log_in("Owner"), "do/reconnect_lost/"
    assert button not in get_page(owner, list_url("connection"))
    needs_attention(store, "The store removed our app.")
    for page in (list_url("connection"), "/admin/?dashboard=1"):
        assert f"/{store.pk}/{button}" in get_page(owner, page)
    assert button not in get_page(log_in("Operator"), list_url("connection"))

    assert "Send this link to the owner" in press(owner, store, "reconnect_lost")
    assert InstallLink.objects.get(used_at=None).account == store.account


def test_a_test_call_activates_and_says_so(store, monkeypatch):
    needs_attention(store, "The store removed our app.")
    answers(monkeypatch, PartnerStore, AccountInfo(store.account, "Blue Door Roasters"))
    assert "Blue Door Roasters answers." in press(log_in("Owner"), store, "test")
    assert Connection.objects.get().status == "active"


def test_a_failed_test_call_says_why(store, monkeypatch):
    answers(monkeypatch, PartnerStore, NotAuthorized("The token is dead."))
    assert "The token is dead." in press(log_in("Owner"), store, "test")
    assert Connection.objects.get().status == "needs_attention"


def test_pause_keeps_the_reason_and_resume_clears_it(store):
    owner = log_in("Owner")
    press(owner, store, "pause", reason="Stocktaking.")
    row = Connection.objects.get()
    assert (row.status, row.status_reason) == ("paused", "Paused by owner. Stocktaking.")
    press(owner, store, "resume")
    row.refresh_from_db()
    assert (row.status, row.status_reason) == ("active", "")
    assert LogEntry.objects.count() == 2


def test_archive_needs_the_name_and_wipes_the_credentials(store):
    owner = log_in("Owner")
    needs_attention(store, "Dead.")
    press(owner, store, "archive", typed="something else")
    assert Connection.objects.get().secrets.reveal()["client_secret"] == SECRET
    press(owner, store, "archive", typed="Blue-Door")
    row = Connection.objects.get()
    assert row.status == "archived"
    assert not row.secrets
    assert not row.tokens
    assert not Alert.objects.filter(closed_at=None).exists()


def test_replacing_keeps_what_is_left_empty(monkeypatch):
    own = make_store("own", "shopify")
    own.secrets = {"client_id": "old-id", "client_secret": SECRET}
    own.save()
    answers(monkeypatch, OwnStore, AccountInfo(own.account, "Own"))
    form = {"client_id": "new-id", "client_secret": "", "publish_to_online_store": "on"}
    assert "answers with the new values" in press(log_in("Owner"), own, "replace", **form)
    row = Connection.objects.get()
    assert row.secrets.reveal() == {"client_id": "new-id", "client_secret": SECRET}
    assert row.settings["publish_to_online_store"] is True
    assert row.settings["shop"] == "own.myshopify.com"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Main store", "Main store"), ("", "Own"), ("Own", "Own"), ("Blue-Door", "Blue-Door (own.")],
)
def test_the_name_may_be_changed_beside_the_settings(store, monkeypatch, typed, name):
    own = make_store("own", "shopify")
    own.secrets = {"client_id": "id", "client_secret": SECRET}
    own.save()
    answers(monkeypatch, OwnStore, AccountInfo(own.account, "Own"))
    press(log_in("Owner"), own, "replace", name=typed)
    assert Connection.objects.get(pk=own.pk).name.startswith(name)


def test_wrong_new_credentials_leave_the_old_ones(monkeypatch):
    own = make_store("own", "shopify")
    own.secrets = {"client_id": "old-id", "client_secret": SECRET}
    own.save()
    answers(monkeypatch, OwnStore, NotAuthorized("These are not accepted."))
    form = {"client_id": "new-id", "client_secret": "wrong"}
    assert "These are not accepted." in press(log_in("Owner"), own, "replace", **form)
    row = Connection.objects.get()
    assert row.secrets.reveal() == {"client_id": "old-id", "client_secret": SECRET}
    assert row.status == "active"


def test_what_is_set_up_is_found_under_a_button_that_says_so(store):
    html = get_page(log_in("Owner"), page_url(store))
    assert "Settings &amp; credentials…" in html
    assert "Settings &amp; credentials of Blue-Door" in html
    assert "Replace" not in html


def test_the_form_to_replace_never_shows_what_is_stored(store):
    html = get_page(log_in("Owner"), page_url(store))
    assert 'name="client_secret"' in html
    assert "the-client-id-1234" not in html
