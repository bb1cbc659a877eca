"""Asking for the progress of orders and for parcels, of real warehouses."""

import pytest

from integrations.models import Connection, SyncRun
from tests.integrations.api.calling import ROOT, problem, refused

pytestmark = pytest.mark.django_db
SHIPMENTS, STATUS = f"{ROOT}/shipments", f"{ROOT}/order-status"


def make_warehouse(slug: str, provider: str, **fields: str) -> Connection:
    values = {"name": slug.title(), "status": "active", "account": f"{slug}.example"} | fields
    place = {"company_id": slug, "api_url": "https://x.example", "base_url": "https://x.example"}
    values |= {"settings": place, "secrets": {"client_id": "ops", "client_secret": "hush"}}
    return Connection.objects.create(slug=slug, provider=provider, **values)


@pytest.mark.parametrize(
    ("path", "flow", "provider"),
    [(SHIPMENTS, "shipments", "veracore"), (STATUS, "order_status", "extensiv")],
)
def test_the_only_system_that_can_is_asked_in_the_name_of_the_caller(
    caller, owner, path, flow, provider
):
    warehouse = make_warehouse("harbor", provider)

    answer = caller.post(f"{path}?wait=0")

    run = SyncRun.objects.get()
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert (run.connection, run.flow, run.params, run.user) == (warehouse, flow, {}, owner)


def test_of_several_one_must_be_named(caller):
    make_warehouse("harbor", "veracore"), make_warehouse("west", "veracore")

    assert refused(caller.post(SHIPMENTS)) == (422, "ambiguous_connection")
    assert caller.post(f"{SHIPMENTS}?wait=0", {"connection": "west"}).json()["connection"] == "west"


def test_a_warehouse_that_does_not_tell_is_not_asked(caller):
    make_warehouse("green", "extensiv")

    assert refused(caller.post(SHIPMENTS, {"connection": "green"})) == (422, "not_capable")
    assert refused(caller.post(SHIPMENTS)) == (409, "nothing_connected")


def test_a_paused_warehouse_says_so_at_once(caller):
    make_warehouse("harbor", "veracore", status="paused")

    found = caller.post(SHIPMENTS).json()

    assert (found["status"], found["processed"]) == ("skipped", 0)
    assert found["error"]


def test_an_unknown_field_is_said(caller):
    make_warehouse("harbor", "veracore")

    assert problem(caller.post(SHIPMENTS, {"skus": ["A"]}))[:2] == (422, "invalid")
    assert not SyncRun.objects.exists()
