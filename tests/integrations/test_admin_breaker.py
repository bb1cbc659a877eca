"""What the pages say while a system does not answer or asked us to slow down, and *Try now*."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.models import Alert, ApiCall, Connection, SyncRun
from integrations.services import breaker
from integrations.services.runs import run_flow
from orders.models import PartnerOrder
from orders.services.center import ship_to_customer
from orders.services.closing import close_and_submit
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_store,
    page_url,
    press,
)
from tests.orders.builders import (
    make_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)

pytestmark = pytest.mark.django_db


def silence(row: Connection) -> Connection:
    now = timezone.now()
    for _ in range(3):
        breaker.record_failed(row.pk, now, now)
    return Connection.objects.get(pk=row.pk)


def clock(row: Connection) -> str:
    return f"{timezone.localtime(row.paused_until):%H:%M %Z}"


@pytest.fixture
def store():
    """A partner's store that does not answer, with one partner order that waits."""
    set_center_address()
    own, partner = make_own_store(), make_partner()
    make_order(own, make_variant(partner=partner, own_store=own).sku)
    close_and_submit(PartnerOrder.objects.get())
    return silence(partner.connection)


def sentence(row: Connection, orders: str) -> str:
    return f"Blue Door does not answer (3 failed calls). {orders}; we try again at {clock(row)}."


def test_the_list_says_why_how_many_orders_wait_and_when_we_try_again(store):
    html = get_page(log_in("Viewer"), list_url("connection"))
    assert sentence(store, "1 order waits") in html
    assert "Does not answer" in html


def test_orders_whose_parcels_our_own_store_is_not_told_are_counted(store):
    own = Connection.objects.get(provider="shopify")
    order = make_order(own, make_variant("MUG-1").sku)
    ship_to_customer(order, User.objects.create_user("mia"), "USPS", "9400")
    html = get_page(log_in("Viewer"), page_url(silence(own)))
    assert "Own Store does not answer (3 failed calls). 1 order waits;" in html


def test_the_page_says_it_too_and_has_a_button_to_try_now(store):
    html = get_page(log_in("Operator"), page_url(store))
    assert sentence(store, "1 order waits") in html
    assert "Nothing is lost: runs that are due stay queued." in html
    assert "/do/try_now/" in html


def test_a_system_that_answers_has_no_such_button():
    row = make_store("blue-door")
    html = get_page(log_in("Owner"), page_url(row))
    assert "/do/try_now/" not in html
    assert "does not answer" not in html


def test_a_viewer_cannot_try(store):
    viewer = log_in("Viewer")
    assert "/do/try_now/" not in get_page(viewer, page_url(store))
    assert button_status(viewer, store, "try_now") == 403


def test_the_dashboard_says_it_first_with_the_button(store):
    html = get_page(log_in("Operator"), "/admin/?dashboard=1")
    attention = html.partition('class="attn"')[2].partition('class="stack"')[0]
    assert "Does not answer" in attention
    assert sentence(store, "1 order waits") in html
    assert "/do/try_now/" in html


def test_the_health_page_says_it(store):
    assert sentence(store, "Its orders wait") in get_page(log_in("Owner"), "/admin/health/")


def test_the_partner_and_its_orders_say_it(store):
    owner = log_in("Owner")
    placed = f"/admin/orders/partnerorder/{PartnerOrder.objects.get().pk}/change/"
    page = get_page(owner, placed)
    assert sentence(store, "Its orders wait") in page
    assert "Waiting" in page
    PartnerOrder.objects.update(closed_at=None)
    assert sentence(store, "Its orders wait") in get_page(owner, placed)
    page = get_page(owner, f"/admin/catalog/partner/{store.partner.pk}/change/")
    assert sentence(store, "Its orders wait") in page
    assert "Does not answer" in get_page(owner, "/admin/catalog/partner/")


def test_a_rate_limit_is_said_without_alarm():
    row = make_store("blue-door", name="Blue Door")
    now = timezone.now()
    breaker.record_slow_down(row.pk, 120, now, now)
    row.refresh_from_db()
    said = f"Blue Door asked us to slow down until {clock(row)}."
    client = log_in("Owner")
    pages = [page_url(row), list_url("connection"), "/admin/?dashboard=1", "/admin/health/"]
    for url in pages:
        assert said in get_page(client, url)
    assert "/do/try_now/" not in get_page(client, page_url(row))
    assert "Slowed down" in get_page(client, list_url("connection"))
    assert "asked us to slow down" in press(client, row, "test")
    assert not ApiCall.objects.exists()


def test_a_queued_run_says_what_it_waits_for(store):
    owner = log_in("Owner")
    breaker.take_probe(store, timezone.now())
    press(owner, store, "sync", flow="stock")
    run = SyncRun.objects.get()
    assert run_flow(run.pk) == "queued"
    assert "Blue Door does not answer (3 failed calls)." in get_page(owner, page_url(run))
    assert "It waits: Blue Door does not answer" in press(owner, store, "sync", flow="stock")


def test_try_now_closes_it_when_the_system_answers(shop):
    silence(shop.row)
    said = press(log_in("Operator"), shop.row, "try_now")
    assert "Lantern Roasters answers. What waited for it goes on within a minute." in said
    row = shop.fresh()
    assert (row.opened, row.paused_until) == (0, None)
    assert not Alert.objects.filter(closed_at=None).exists()


def test_try_now_says_what_happened_when_it_does_not(shop):
    row = silence(shop.row)
    shop.answer = lambda: (503, {}, "")
    said = press(log_in("Operator"), row, "try_now")
    assert "blue-door.myshopify.com is in trouble (HTTP 503)." in said
    assert f"we try again at {clock(row)}" in said
    assert (shop.fresh().opened, shop.fresh().failed_calls) == (1, 4)


def test_two_people_do_not_try_at_once(shop):
    row = silence(shop.row)
    breaker.take_probe(row, timezone.now())
    assert "does not answer" in press(log_in("Operator"), row, "try_now")
    assert shop.asked == 0


def test_webhooks_are_not_registered_with_a_silent_system(store):
    assert "does not answer" in press(log_in("Owner"), store, "register_webhooks")


def test_a_list_of_fifty_silent_systems_takes_no_more_queries_than_one_of_five():
    client = log_in("Owner")
    for number in range(5):
        silence(make_store(f"store-{number}"))
    few = count_queries(client, list_url("connection"))
    for number in range(5, 50):
        silence(make_store(f"store-{number}"))
    assert count_queries(client, list_url("connection")) == few <= MOST_QUERIES
