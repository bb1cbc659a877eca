"""What the box at the top finds of connections, runs and webhooks."""

import pytest

from tests.integrations.admin_rows import log_in, make_event, make_run, make_store, page_url

pytestmark = pytest.mark.django_db


def find(query, group="Viewer"):
    return log_in(group).get("/admin/search/", {"q": query})


def test_a_shop_domain_opens_its_connection():
    store = make_store("blue-door")
    assert find("blue-door.myshop").url == page_url(store)


def test_a_run_is_found_by_its_number_with_a_hash_only():
    run = make_run(make_store("blue-door"))
    assert find(f"#{run.pk}").url == page_url(run)


def test_a_bare_number_is_no_run():
    run = make_run(make_store("blue-door"))
    assert "Nothing found" in find(f"{run.pk}").content.decode()


def test_a_domain_opens_its_store_however_many_webhooks_name_it():
    store = make_store("blue-door-roasters")
    make_event(store)
    assert find("blue-door-roasters.myshopify.com").url == page_url(store)


def test_a_webhook_is_found_by_its_delivery_id():
    event = make_event(make_store("blue-door"))
    assert find("delivery-000000000001").url == page_url(event)
