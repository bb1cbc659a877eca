"""SKUs staff do not want to see: off the list, off the counts, and back again."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied

from catalog.models import Partner, UnmatchedSku
from catalog.services.unmatched import (
    forget_seen_before,
    forget_unmatched,
    ignore_skus,
    ignored_skus,
    note_unmatched,
    take_back_skus,
)
from integrations.types import StockItem
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import NOW, PartnerShop, counts_of, make_partner, make_run
from tests.catalog.erp import unmatched
from tests.catalog.people import log_in, said, texts
from tests.inventory.builders import imported
from tests.inventory.builders import said as answer

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/unmatchedsku/"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def partner() -> Partner:
    partner = make_partner()
    imported(partner)
    return partner


def ignore(row: UnmatchedSku) -> None:
    UnmatchedSku.objects.filter(pk=row.pk).update(ignored_at=NOW)


def shown(client, view: str = "") -> list[str]:
    page = client.get(f"{LIST}?view={view}" if view else LIST)
    return sorted(row.sku for row in page.context["cl"].result_list)


def tabs_of(client) -> dict[str, int]:
    return {tab["label"]: tab["count"] for tab in client.get(LIST).context["tabs"]}


def test_later_runs_do_not_count_or_list_it_and_still_skip_it(partner):
    row = unmatched(partner.connection, "NO-1")
    ignore(row)
    shop = PartnerShop(stock=[*answer([5]), StockItem("NO-1", 4)])
    run = make_run(partner.connection, "stock", shop)
    sync_stock(run)
    row.refresh_from_db()
    assert (row.count, row.ignored_at, row.last_at) == (1, NOW, NOW)
    assert counts_of(run) == {"processed": 2, "created": 1, "skipped": 1}


def test_it_stays_ignored_when_a_complete_answer_does_not_name_it(partner):
    ignore(unmatched(partner.connection, "NO-1"))
    unmatched(partner.connection, "NO-2")
    assert forget_seen_before(partner.connection, "stock", LATER) == 1
    assert list(UnmatchedSku.objects.values_list("sku", flat=True)) == ["NO-1"]


def test_an_order_that_is_shipped_by_hand_does_not_list_it_again(partner):
    ignore(unmatched(partner.connection, "NO-1", "order"))
    assert forget_unmatched("order", ["NO-1"]) == 0
    note_unmatched(partner.connection, "order", {"NO-1": "No."}, LATER)
    assert UnmatchedSku.objects.get().ignored_at == NOW


def test_runs_can_ask_what_is_ignored_of_a_connection(partner):
    other = make_partner("other").connection
    ignore(unmatched(partner.connection, "NO-1"))
    ignore(unmatched(other, "NO-2"))
    ignore(unmatched(partner.connection, "NO-3", "order"))
    unmatched(partner.connection, "NO-4")
    assert ignored_skus(partner.connection, "stock") == {"NO-1"}


def test_many_are_ignored_at_once_and_leave_list_and_counts(partner):
    rows = [unmatched(partner.connection, f"NO-{n}", "order") for n in range(3)]
    client = log_in("Operator")
    ticked = [row.pk for row in rows[:2]]
    answer = client.post(LIST, {"action": "ignore", "_selected_action": ticked}, follow=True)
    (message,) = said(answer)
    assert message == (
        "2 SKUs are ignored: later runs leave that out without listing it again. "
        f'<a href="{LIST}?view=ignored">See them</a>'
    )
    assert shown(client) == ["NO-2"]
    assert shown(client, "ignored") == ["NO-0", "NO-1"]
    assert tabs_of(client) == {
        "To settle": 1, "In orders": 1, "In stock answers": 0, "In purchase orders": 0,
        "Ignored": 2,
    }  # fmt: skip
    nav = client.get(LIST).context["kit"]["nav"]
    assert {i.label: i.count for g in nav for i in g["items"]}["Unmatched SKUs"] == 1


def test_the_tab_says_who_ignored_it_and_when(partner):
    row = unmatched(partner.connection, "NO-1")
    client = log_in("Operator")
    client.post(f"{LIST}{row.pk}/do/ignore/")
    row.refresh_from_db()
    assert row.ignored_by.username == "operator-person"
    page = texts(client.get(f"{LIST}?view=ignored"))
    assert "by operator-person <time" in page
    assert "Closest of ours" not in page


def test_it_is_listed_again_and_the_history_says_by_whom(partner):
    row = unmatched(partner.connection, "NO-1")
    client = log_in("Operator")
    client.post(f"{LIST}{row.pk}/do/ignore/")
    client.post(f"{LIST}{row.pk}/do/take_back/")
    row.refresh_from_db()
    assert (row.ignored_at, row.ignored_by) == (None, None)
    assert shown(client) == ["NO-1"]
    entries = LogEntry.objects.order_by("pk").values_list("change_message", "user__username")
    assert list(entries) == [
        ("Ignore: Listed → Ignored", "operator-person"),
        ("List again: Ignored → Listed", "operator-person"),
    ]


def test_what_is_ignored_offers_only_to_be_listed_again(partner):
    ignore(unmatched(partner.connection, "NO-1"))
    client = log_in("Manager")
    (row,) = client.get(f"{LIST}?view=ignored").context["cl"].result_list
    assert [action.label for action in row.portal_row_actions] == ["List again"]


def test_a_viewer_ignores_nothing(partner, django_user_model):
    row = unmatched(partner.connection, "NO-1")
    assert log_in("Viewer").post(f"{LIST}{row.pk}/do/ignore/").status_code == 403
    nobody = django_user_model.objects.create_user("nobody")
    with pytest.raises(PermissionDenied):
        ignore_skus(UnmatchedSku.objects.all(), nobody, NOW)
    with pytest.raises(PermissionDenied):
        take_back_skus(UnmatchedSku.objects.all(), nobody)
    row.refresh_from_db()
    assert row.ignored_at is None
