"""The first page while something is to set up: the checklist, from the facts."""

import pytest
from django.utils import timezone

from catalog.models import Listing, Partner, Product
from config.checklist import find_steps
from config.second_partner import second_partner
from config.setup_facts import Facts
from inventory.models import Location
from orders.models import PartnerOrder
from tests.config.steps import SKU, buy_one, import_one, mail_about, make_parcel, place_it
from tests.integrations.admin_rows import get_page, log_in, make_run
from tests.orders.builders import (
    make_connection,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)

pytestmark = pytest.mark.django_db
SANDBOX = "http://127.0.0.1:8100"


def next_step(sandbox: str = SANDBOX):
    return next((step for step in find_steps(Facts(sandbox)) if not step.done), None)


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


def test_a_store_is_told_of_the_parcel_and_a_payment_service_is_not():
    order = buy_one()
    place_it()
    make_parcel("center", received_at=timezone.now())
    parcel = make_parcel("customer")
    told = next(step for step in find_steps(Facts("")) if step.title == "Ship to the customer")
    assert told.text == f"{parcel} is on its way to the customer; your store is being told."
    type(order).objects.update(connection=make_connection("stripe", "stripe"))
    told = next(step for step in find_steps(Facts("")) if step.title == "Ship to the customer")
    assert told.text == f"{parcel} is on its way to the customer."


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
