"""The API's document, and the page made of it."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from ninja.responses import NinjaJSONEncoder

from config.api import api
from config.api_docs import endpoints_of
from integrations.api.problems import CODES
from integrations.scopes import SCOPES
from tests.config.access.people import browser_of, make_person
from tests.integrations.admin_rows import assert_nothing_inline
from tests.integrations.api.calling import INVENTORY, ORDERS, ROOT, STATUS

DOCS, DOCUMENT = "/api/v1/docs", "/api/v1/openapi.json"
COMMITTED = Path(settings.BASE_DIR) / "docs/openapi.json"


def current():
    return json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder))


def test_the_document_in_the_repository_is_that_of_the_code():
    assert json.loads(COMMITTED.read_text()) == current(), "Run `make openapi`."


def test_every_endpoint_says_what_it_is_what_it_needs_and_how_it_fails():
    paths = current()["paths"]

    asking = {ORDERS, INVENTORY, f"{ROOT}/shipments", f"{ROOT}/order-status"}
    sync = {*asking, STATUS, f"{ROOT}/last", f"{ROOT}/runs/{{run_id}}"}
    assert {path for path in paths if path.startswith(ROOT)} == sync
    assert set(paths) - sync == {
        "/api/v1/products",
        "/api/v1/products/{product_id}",
        "/api/v1/inventory",
        "/api/v1/inventory/{sku}",
        "/api/v1/orders/{number}/placement",
        "/api/v1/orders/{number}/tracking",
    }
    for one in (one for methods in paths.values() for one in methods.values()):
        assert one["summary"]
        assert one["description"]
        assert one["x-scope"] in SCOPES
        assert [list(way) for way in one["security"]] == [["BearerKey"], ["StaffSession"]]
        for status in ("401", "403", "422", "429", "500", "503"):
            assert list(one["responses"][status]["content"]) == ["application/problem+json"]


def test_what_only_some_endpoints_answer_is_said_there():
    paths = current()["paths"]
    answers = {
        path: {int(status) for one in methods.values() for status in one["responses"]}
        for path, methods in paths.items()
    }
    common = {200, 401, 403, 422, 429, 500, 503}

    assert answers[ORDERS] == answers[INVENTORY] == common | {202, 400, 409, 413}
    assert answers[STATUS] == answers[f"{ROOT}/last"] == common
    assert answers[f"{ROOT}/runs/{{run_id}}"] == common | {404}


def test_every_value_that_is_sent_or_comes_back_is_described():
    schemas = current()["components"]["schemas"]
    bare = [
        f"{name}.{key}"
        for name, schema in schemas.items()
        for key, value in schema["properties"].items()
        if not value.get("description")
    ]

    assert len(schemas) > 8
    assert bare == []


def test_a_body_refuses_unknown_fields_in_the_document_too():
    schemas = current()["components"]["schemas"]

    assert schemas["PurchaseOrdersIn"]["additionalProperties"] is False
    assert schemas["InventoryIn"]["additionalProperties"] is False


# --- the page


@pytest.mark.django_db
def test_the_page_shows_every_endpoint_value_scope_and_error():
    answer = browser_of(make_person("Owner")).get(DOCS)
    html = answer.text

    assert answer.status_code == 200
    assert_nothing_inline(html)
    for one in endpoints_of(api.get_openapi_schema()):
        assert f'<section class="card" id="{one.anchor}">' in html
        assert f"<code>{one.path}</code>" in html
        names = [field.name for field in (*one.fields, *one.parameters)]
        assert [name for name in names if f"<code>{name}</code>" not in html] == []
    for word in (*SCOPES, *CODES, "already_running", "last_success"):
        assert f"<code>{word}</code>" in html
    for code in CODES:
        assert f'id="{code}"' in html
    assert "/admin/integrations/apikey/" in html


@pytest.mark.django_db
def test_the_example_of_an_endpoint_can_be_sent_as_it_stands(erp, caller):
    example = next(one for one in endpoints_of(api.get_openapi_schema()) if one.path == ORDERS)
    body = json.loads(example.example.partition("-d '")[2].rstrip("'"))

    assert caller.post(f"{ORDERS}?wait=0", body).status_code == 202


@pytest.mark.django_db
@pytest.mark.parametrize("address", [DOCS, DOCUMENT])
def test_only_signed_in_staff_read_about_the_api(address):
    assert Client().get(address).headers["Location"] == f"/admin/login/?next={address}"
    assert browser_of(make_person("Viewer")).get(address).status_code == 200


@pytest.mark.django_db
def test_who_may_not_make_keys_is_not_sent_to_them():
    assert "/admin/integrations/apikey/" not in browser_of(make_person("Viewer")).get(DOCS).text


@pytest.mark.django_db
def test_programs_read_the_same_document():
    assert browser_of(make_person("Viewer")).get(DOCUMENT).json() == current()
