"""The first page: the checklist from the facts, then the dashboard; the worker's dot."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django_q.models import OrmQ

from catalog.models import Listing, Partner, Product
from config.checklist import find_steps
from config.second_partner import second_partner
from config.setup_facts import Facts
from config.worker import worker_status
from integrations.models import Alert, Connection
from integrations.services.alerts import raise_alert
from integrations.services.heartbeats import beat
from inventory.models import Location
from orders.models import Notification, Order, PartnerOrder, Shipment
from tests.integrations.admin_rows import count_queries, get_page, log_in, make_event, make_run
from tests.orders.builders import (
    make_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)

pytestmark = pytest.mark.django_db
SANDBOX = "http://127.0.0.1:8100"
SKU = "PARTNER-bluedoor-ETH250"


def next_step(sandbox: str = SANDBOX):
    return next((step for step in find_steps(Facts(sandbox)) if not step.done), None)


def import_one(own: Connection, partner: Partner):
    variant = make_variant(SKU, partner, own_store=own)
    Product.objects.update(source_partner=partner)
    return variant


def buy_one():
    """Everything up to the first customer order."""
    own, partner = make_own_store("crossdock-coffee"), make_partner()
    set_center_address()
    import_one(own, partner)
    return make_order(own, SKU, placed_at=timezone.now())


def place_it() -> PartnerOrder:
    placed = PartnerOrder.objects.get()
    PartnerOrder.objects.update(status="submitted", submitted_at=timezone.now())
    return placed


def make_parcel(bound_for: str, **fields: object) -> Shipment:
    placed = PartnerOrder.objects.get()
    order = None if bound_for == "center" else placed.lines.get().order_line.order
    values = {"tracking_number": "1Z1", "shipped_at": timezone.now()} | fields
    if bound_for == "center":
        values["partner_order"] = placed
    return Shipment.objects.create(bound_for=bound_for, order=order, **values)


def mail_about(parcel: Shipment) -> None:
    Notification.objects.create(
        type="fulfillment",
        event="shipment.shipped",
        content_type=ContentType.objects.get_for_model(Shipment),
        object_id=parcel.pk,
        recipient="dana@customer.example",
        subject="On its way",
        body="1Z1",
        status="sent",
    )


# --- each step


def test_a_new_user_is_led_to_the_own_store_first():
    step = next_step()
    assert step.title == "Connect your own store"
    assert step.url.startswith("/admin/connect/shopify/?shop=crossdock-coffee.myshopify.com")
    assert next_step("").url == "/admin/connect/shopify/"


def test_then_to_the_address_of_the_center():
    make_own_store()
    step = next_step()
    assert step.title == "Say where your fulfillment center is"
    center = Location.objects.get(connection=None)
    assert step.url == f"/admin/inventory/location/{center.pk}/change/"


def test_then_to_an_install_link():
    make_own_store()
    set_center_address()
    step = next_step()
    assert step.title == "Connect a partner store"
    assert step.url == "/admin/connect-partner/?account=blue-door.myshopify.com"
    assert next_step("").url == "/admin/connect-partner/"


def test_then_to_the_catalog_once_the_products_are_read():
    make_own_store()
    set_center_address()
    partner = make_partner()
    assert next_step().text == "Their products are being read right now."
    Listing.objects.create(
        connection=partner.connection,
        external_id="v1",
        external_product_id="p1",
        currency="USD",
        title="Guji",
        seen_at=timezone.now(),
    )
    assert next_step().button == "Choose products"
    assert next_step().url == f"/admin/catalog/?partner={partner.pk}"


def test_an_import_that_is_not_in_the_store_yet_leads_to_its_run():
    own, partner = make_own_store(), make_partner()
    set_center_address()
    variant = make_variant(SKU, partner)
    Product.objects.update(source_partner=partner)
    run = make_run(own, "publish_products", status="running")
    step = next_step()
    assert (step.button, step.url) == (
        "See the run",
        f"/admin/integrations/syncrun/{run.pk}/change/",
    )
    assert step.outside
    assert variant.listings.count() == 1


def test_then_to_the_terms_of_the_partner():
    own, partner = make_own_store(), make_partner(terms_confirmed_at=None)
    set_center_address()
    import_one(own, partner)
    step = next_step()
    assert step.title == "Confirm the partner's terms"
    assert step.url == f"/admin/catalog/partner/{partner.pk}/change/"


def test_then_to_the_storefront_of_the_sandbox_in_a_new_tab():
    own, partner = make_own_store("crossdock-coffee"), make_partner()
    set_center_address()
    import_one(own, partner)
    step = next_step()
    assert step.url == f"{SANDBOX}/stores/crossdock-coffee.myshopify.com/"
    assert (step.new_tab, step.outside) == (True, True)
    assert "buy two" in step.text
    assert next_step("").url == "/admin/orders/order/"


def test_then_to_the_partner_order_to_preview():
    buy_one()
    step = next_step()
    assert step.title == "Place the partner order"
    placed = PartnerOrder.objects.get()
    assert step.url == f"/admin/orders/partnerorder/{placed.pk}/change/"


def test_an_order_nobody_fulfills_is_opened_instead():
    order = buy_one()
    order.lines.get().parts.update(partner_order=None)
    PartnerOrder.objects.all().delete()
    assert next_step().url == f"/admin/orders/order/{order.pk}/change/"


def test_then_to_the_partners_back_office():
    buy_one()
    place_it()
    step = next_step()
    assert step.title == "Receive their parcel"
    assert step.url == f"{SANDBOX}/stores/blue-door.myshopify.com/admin/"
    assert next_step("").url == "/admin/orders/shipment/"


def test_then_to_the_parcel_to_press_received():
    buy_one()
    place_it()
    parcel = make_parcel("center")
    step = next_step()
    assert (step.title, step.button) == ("Receive their parcel", "Open the parcel")
    assert step.url == f"/admin/orders/shipment/{parcel.pk}/change/"


def test_then_to_the_order_to_ship_it():
    order = buy_one()
    place_it()
    make_parcel("center", received_at=timezone.now())
    step = next_step()
    assert (step.title, step.url) == (
        "Ship to the customer",
        f"/admin/orders/order/{order.pk}/change/",
    )


def test_then_to_the_mailbox():
    buy_one()
    place_it()
    make_parcel("center", received_at=timezone.now())
    make_parcel("customer")
    step = next_step()
    assert (step.title, step.url) == ("See the customer's mail", f"{SANDBOX}/mail/")
    assert next_step("").url == "/admin/orders/notification/"


def test_a_mail_that_was_sent_ends_the_list():
    buy_one()
    place_it()
    make_parcel("center", received_at=timezone.now())
    mail_about(make_parcel("customer"))
    assert next_step() is None
    assert len(find_steps(Facts(SANDBOX))) == 11


def test_a_partner_that_ships_straight_needs_no_parcel_at_the_center():
    buy_one()
    place_it()
    make_parcel("customer")
    assert next_step().title == "See the customer's mail"


# --- the hint about a second partner


def test_the_hint_leads_through_a_second_partner():
    make_own_store("crossdock-coffee")
    make_partner()
    urls = [step.url for step in second_partner(Facts(SANDBOX))]
    assert urls[0] == "/admin/connect-partner/?account=kettle-crane.myshopify.com"
    kettle = make_partner("kettle-crane", terms_confirmed_at=None)
    steps = second_partner(Facts(SANDBOX))
    assert [step.done for step in steps] == [True, False, False, False]
    assert steps[1].url == f"/admin/catalog/partner/{kettle.pk}/change/"
    Partner.objects.filter(pk=kettle.pk).update(
        ship_to="customer", dispatch="immediate", terms_confirmed_at=timezone.now()
    )
    assert [step.done for step in second_partner(Facts(SANDBOX))] == [True, True, False, False]


# --- pages


def test_the_first_page_is_the_checklist_until_it_is_done(settings):
    settings.SANDBOX_URL = SANDBOX
    owner = log_in("Owner")
    html = get_page(owner, "/admin/")
    assert "1 of 11 done" in html
    assert html.count('class="btn primary"') == 1
    assert "Good " in get_page(owner, "/admin/?dashboard=1")


def test_the_checklist_stays_reachable_and_looks_again_while_others_act():
    make_own_store()
    set_center_address()
    assert 'data-poll="3000"' in get_page(log_in("Owner"), "/admin/setup/")


def test_a_viewer_sees_the_checklist_without_buttons_for_others():
    html = get_page(log_in("Viewer"), "/admin/setup/")
    assert "Somebody with more rights does this." in html
    assert "/admin/connect/shopify/" not in html


def test_a_finished_set_up_shows_the_dashboard():
    order = buy_one()
    Order.objects.update(placed_at=timezone.now())
    place_it()
    make_parcel("center", received_at=timezone.now())
    mail_about(make_parcel("customer"))
    html = get_page(log_in("Owner"), "/admin/")
    assert "All clear. Checked just now." in html
    assert "Shipped today" in html
    assert f"${order.total:.2f}" in html
    assert "Crossdock Coffee" in html


def test_what_needs_a_person_comes_first():
    buy_one()
    store = Connection.objects.get(slug="blue-door")
    Connection.objects.filter(pk=store.pk).update(status="needs_attention")
    make_event(store)
    raise_alert("a1", "stale", "Old stock", "Look.", store)
    html = get_page(log_in("Owner"), "/admin/?dashboard=1")
    attention = html.partition('class="attn"')[2].partition('class="stack"')[0]
    for title in ("To reconnect", "Webhooks failed", "Open alerts"):
        assert title in attention
    assert "All clear" not in html
    Alert.objects.update(snoozed_until=timezone.now() + timedelta(hours=1))
    assert "Open alerts" not in get_page(log_in("Viewer"), "/admin/?dashboard=1")


def test_a_card_leads_to_the_list_that_shows_what_it_counts():
    store = buy_one().connection
    for number, status in enumerate(["failed", "unreadable", "unreadable"]):
        make_event(store, number, status=status)
    owner = log_in("Owner")

    cards = {card.title: card for card in owner.get("/admin/?dashboard=1").context["attention"]}

    for title, number in (("Webhooks failed", 1), ("Unreadable webhooks", 2)):
        assert cards[title].number == number
        assert owner.get(cards[title].url).context["cl"].result_count == number


def test_the_dashboard_takes_the_same_queries_for_few_and_many_rows():
    owner = log_in("Owner")
    buy_one()
    few = count_queries(owner, "/admin/?dashboard=1")
    for number in range(12):
        make_run(make_partner(f"partner-{number}").connection)
    many = count_queries(owner, "/admin/?dashboard=1")
    assert many - few <= 1  # one more only because there are runs at all
    assert many <= 32


def test_staff_without_rights_see_no_numbers(django_user_model, client):
    buy_one()
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    html = get_page(client, "/admin/?dashboard=1")
    assert "Sales today" not in html
    assert "Crossdock Coffee" not in html


def test_the_page_of_a_connection_shows_what_the_catalog_knows():
    buy_one()
    store = Connection.objects.get(slug="blue-door")
    html = get_page(log_in("Owner"), f"/admin/integrations/connection/{store.pk}/change/")
    assert "Variants linked" in html
    assert "Waiting for them" in html
    assert "Daily" in html


# --- worker and health


def test_the_dot_is_red_while_workers_are_silent():
    assert worker_status() == ("Worker silent: crossdock, flows", "bad")


def test_the_dot_counts_what_waits():
    now = timezone.now()
    beat("crossdock", now)
    beat("flows", now)
    assert worker_status() == ("Worker ok, queue 0", "ok")
    OrmQ.objects.create(key="crossdock", payload="x", lock=now - timedelta(seconds=5))
    assert worker_status() == ("Worker ok, queue 1", "ok")
    OrmQ.objects.create(key="flows", payload="x", lock=now - timedelta(minutes=2))
    assert worker_status() == ("Worker slow, queue 2", "warn")


def test_the_health_page_says_what_to_do_and_hides_secrets(settings):
    settings.SHOPIFY_API_SECRET = "very-secret-value"
    html = get_page(log_in("Owner"), "/admin/health/")
    assert "It never gave a sign of life." in html
    assert "manage.py up" in html
    assert "very-secret-value" not in html
    assert settings.SECRET_KEY not in html


def test_the_health_page_calls_nobody_until_asked(monkeypatch):
    asked = []
    monkeypatch.setattr("config.health_page.full_check", lambda now, call: asked.append(call) or [])
    owner = log_in("Owner")
    owner.get("/admin/health/")
    owner.post("/admin/health/")
    assert asked == [False, True]


def test_the_health_page_is_not_for_everyone(django_user_model, client):
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    assert client.get("/admin/health/").status_code == 403
