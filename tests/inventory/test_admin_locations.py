"""Locations in the admin, and the address of the center."""

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from inventory.models import Location
from tests.catalog.builders import make_connection
from tests.catalog.people import log_in, texts
from tests.inventory.stock_pages import LIST, make_level, page

pytestmark = pytest.mark.django_db

CENTER = {
    "name": "Our fulfillment center",
    "serves": "on",
    "address_name": "",
    "address_company": "Crossdock Coffee",
    "address_street1": "12 Dock Road",
    "address_street2": "",
    "address_city": "Oakland",
    "address_state": "ca",
    "address_zip": "94607",
    "address_country": "us",
    "address_phone": "",
}


def test_address_of_the_center_is_kept_as_one_mapping(shelf):
    client = log_in("Manager")
    assert "The fulfillment center has no address." in texts(client.get(page(shelf)))
    client.post(page(shelf), CENTER)
    shelf.refresh_from_db()
    assert shelf.address == {
        "name": "",
        "company": "Crossdock Coffee",
        "street1": "12 Dock Road",
        "street2": "",
        "city": "Oakland",
        "state": "CA",
        "zip": "94607",
        "country": "US",
        "phone": "",
    }
    html = texts(client.get("/admin/inventory/location/"))
    assert "Crossdock Coffee, 12 Dock Road, Oakland CA 94607, US" in html


@pytest.mark.parametrize("part", ["street1", "city", "zip", "country", "company"])
def test_half_an_address_is_refused(shelf, part):
    response = log_in("Manager").post(page(shelf), CENTER | {f"address_{part}": ""})
    assert f"address_{part}" in response.context["adminform"].form.errors
    shelf.refresh_from_db()
    assert shelf.address is None


def test_country_is_two_letters(shelf):
    response = log_in("Manager").post(page(shelf), CENTER | {"address_country": "USA"})
    assert "address_country" in response.context["adminform"].form.errors


def test_location_of_a_store_has_a_switch_and_no_address(partner):
    place = make_level(partner).location
    client = log_in("Manager")
    assert "address_street1" not in texts(client.get(page(place)))
    client.post(page(place), {"name": "Renamed"})
    place.refresh_from_db()
    assert (place.name, place.serves, place.address) == ("Oakland", False, None)


def test_location_list_asks_the_same_number_of_queries_for_any_number_of_rows(
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    client, url = log_in("Owner"), "/admin/inventory/location/"
    client.get(url)
    with django_assert_max_num_queries(12) as few:
        client.get(url)
    for number in range(50):
        connection = make_connection(f"store-{number}")
        Location.objects.create(connection=connection, external_id="L", name=f"Store {number}")
    with django_assert_max_num_queries(12) as many:
        client.get(url)
    assert len(many) == len(few)


def test_sidebar_counts_a_center_without_address(shelf):
    client = log_in("Viewer")
    items = client.get(LIST).context["kit"]["nav"]
    counts = {item.label: item.count for group in items for item in group["items"]}
    assert counts["Locations"] == 1
    shelf.address = {"street1": "12 Dock Road"}
    shelf.save()
    cache.clear()
    items = client.get(LIST).context["kit"]["nav"]
    counts = {item.label: item.count for group in items for item in group["items"]}
    assert counts["Locations"] == 0
