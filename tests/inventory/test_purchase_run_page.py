"""What the page of a run says of purchase orders."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.admin.run_words import find_names, find_story
from integrations.models import Connection, SyncRun
from integrations.services.runs import Run
from tests.inventory.purchasing import line, make_erp, order, sync


@pytest.fixture
def erp(db: None) -> Connection:
    return make_erp()


def ended(run: Run, status: str = "completed") -> SyncRun:
    names = ("processed", "created", "updated", "unchanged", "skipped", "failed")
    counts = {name: getattr(run.record, name) for name in names}
    SyncRun.objects.filter(pk=run.record.pk).update(status=status, **counts)
    return SyncRun.objects.get(pk=run.record.pk)


@pytest.fixture
def request_of_admin(admin_user: Any, rf: Any) -> Any:
    request = rf.get("/")
    request.user = admin_user
    return request


def test_it_says_how_many_differ_which_and_what_waits(
    erp: Connection, request_of_admin: Any
) -> None:
    sync(erp, order(1), order(2))
    run = sync(erp, order(1, supplier="New"), order(2), order(3), order(4, line(1, "CUP", -1)))
    story = find_story(ended(run, "partial"), request_of_admin)
    assert story.title == "4 purchase orders read: 1 new, 1 changed, 1 not usable"
    assert ([one.name for one in story.things], story.more) == (["PO-3", "PO-1"], 0)
    assert story.next_step == (
        "1 SKU of its orders is no product of ours; its incoming units are not counted."
    )
    assert "purchase" in story.next_link.url


def test_it_says_that_nothing_differs(erp: Connection, request_of_admin: Any) -> None:
    sync(erp, order(1))
    story = find_story(ended(sync(erp, order(1))), request_of_admin)
    assert (story.title, story.things) == (
        "1 purchase order read; none is new or changed", [],
    )  # fmt: skip


def test_a_dry_run_and_a_failed_one_tell_no_story(erp: Connection, request_of_admin: Any) -> None:
    assert find_story(ended(sync(erp, order(1), dry_run=True)), request_of_admin) is None
    assert find_story(ended(sync(erp, order(1)), "failed"), request_of_admin) is None


def test_its_rows_are_named_by_who_the_orders_are_from(
    erp: Connection, request_of_admin: Any
) -> None:
    run = ended(sync(erp, order(1), order(2, supplier="")))
    names = find_names(run, ["PO-1", "PO-2", "PO-9"], request_of_admin)
    assert {key: one.name for key, one in names.items()} == {
        "PO-1": "From Potters", "PO-2": "Purchase order",
    }  # fmt: skip


def test_the_page_shows_the_flow_by_name_and_the_fields_that_changed(
    erp: Connection, admin_client: Client
) -> None:
    sync(erp, order(1, line(1, "MUG", 10)))
    run = ended(sync(erp, order(1, line(1, "MUG", 12))))
    page = admin_client.get(reverse("admin:integrations_syncrun_change", args=[run.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Purchase orders", "1 purchase order read: 1 changed", "PO-1", "ordered", "MUG"):
        assert words in text


def test_the_unmatched_list_has_a_tab_for_them(erp: Connection, admin_client: Client) -> None:
    sync(erp, order(1, line(1, "GONE")))
    address = reverse("admin:catalog_unmatchedsku_changelist")
    page = admin_client.get(address, {"view": "purchase", "connection__in": erp.pk})
    text = page.content.decode()
    assert "In purchase orders" in text
    assert "GONE" in text
    assert "GONE" not in admin_client.get(address, {"view": "stock"}).content.decode()
