"""The page of a weekly order: what is there, what is added, its runs, skips and cancellation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.errors import Unconfirmed
from orders.admin.partner_order_page import fresh_digest
from orders.models import Order, PartnerOrder, Submission
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, place, press
from tests.orders.steps import send

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def week(own_store, partner, system):
    """Placed with one unit; a second one waits to be added."""
    now = timezone.now()
    Partner.objects.filter(pk=partner.pk).update(
        dispatch="weekly_append", cutoff_weekday=(now + timedelta(days=3)).weekday()
    )
    make_variant(SKU, partner)
    make_order(own_store, SKU)
    row = place(PartnerOrder.objects.get())
    make_order(own_store, SKU)
    row.refresh_from_db()
    return row


def test_it_shows_what_is_there_and_what_is_added(week):
    response = log_in("Viewer").get(page_of(week))
    html = texts(response)

    (row,) = response.context["rows"]
    assert (row.units, row.added) == (2, 1)
    assert response.context["badges"] == ["Placed"]
    assert '<b>2</b> <span class="q">+1</span>' in html
    assert "placed as #1001, takes lines until" in html
    assert "Added to their order #1001" in html


def test_a_line_that_waits_to_be_added_is_neither_placed_nor_numbered(week, system):
    first, late = Order.objects.order_by("pk")
    client = log_in("Operator")
    shown = client.get(page_of(late)).context
    step = next(one for one in shown["steps"] if one.name == "Placed")

    assert (step.note, step.tone) == ("not yet", "")
    assert "#1001" not in [one["text"] for one in shown["numbers"]]
    own = client.get(page_of(first)).context
    assert next(one for one in own["steps"] if one.name == "Placed").tone == "done"
    assert "#1001" in [one["text"] for one in own["numbers"]]

    press(client, week, "submit", digest=_digest(client.get(page_of(week))))
    send(Submission.objects.get(kind="append"))
    shown = client.get(page_of(late)).context
    assert next(one for one in shown["steps"] if one.name == "Placed").tone == "done"
    assert "#1001" in [one["text"] for one in shown["numbers"]]


def test_submitting_adds_and_says_that_it_stays_open(week, system):
    client = log_in("Operator")
    page = client.get(page_of(week))
    asked = texts(page)
    assert "gets 1 line, 1 unit more in the order #1001" in asked
    assert "It stays open: more lines are added until" in asked

    answer = press(client, week, "submit", digest=_digest(page))
    assert said(answer)[0].startswith(f"{week} is being sent to Blue Door.")
    send(Submission.objects.get(kind="append"))
    after = texts(client.get(page_of(week)))
    assert "Blue Door has everything in it." in after
    assert "What they were told" in after
    assert "Add lines" in after


def _digest(page) -> str:
    return fresh_digest(page.context["original"])


def test_only_the_line_they_do_not_have_can_be_held_back(week):
    (row,) = log_in("Operator").get(page_of(week)).context["rows"]
    late = Order.objects.order_by("pk").last()
    assert [number for number, _, _ in row.hold_urls] == [late.number]


def test_a_run_is_skipped_once_and_taken_back(week):
    client, due = log_in("Operator"), week.due_at
    assert "does not take place" in texts(client.get(page_of(week)))
    assert said(press(client, week, "skip"))[0].startswith("The run is skipped. The next is")
    week.refresh_from_db()
    assert week.due_at == due + timedelta(days=1)

    assert said(press(client, week, "unskip"))[0].startswith("The run takes place after all")
    week.refresh_from_db()
    assert week.due_at == due


def test_asking_to_cancel_needs_the_right_and_hands_the_rest_on(week, system):
    assert press(log_in("Operator"), week, "cancel", reason="No.").status_code == 403
    client = log_in("Manager")
    page = texts(client.get(page_of(week)))
    assert "Blue Door is asked to cancel its order #1001, the whole of it." in page
    assert "What they were not told yet goes with the next order." in page

    answer = press(client, week, "cancel", reason="Customers changed their minds.")
    assert said(answer) == [f"Blue Door is asked to cancel {week}."]
    send(Submission.objects.get(kind="cancel"))
    week.refresh_from_db()
    assert (week.status, system.canceled) == ("canceled", ["Customers changed their minds."])
    assert PartnerOrder.objects.get(closed_at=None).lines.count() == 1


def test_a_dropped_addition_says_that_the_order_stays(week, system):
    client = log_in("Operator")
    system.script = [None, Unconfirmed("No answer came in time.")]
    page = client.get(page_of(week))
    press(client, week, "submit", digest=_digest(page))
    send(Submission.objects.get(kind="append"))
    assert "Unconfirmed" in texts(client.get(page_of(week)))
    answer = press(client, week, "drop", reason="They never got it.")
    assert said(answer) == [f"{week} stays with Blue Door as it is."]


def test_the_list_shows_when_it_goes_out_and_when_it_closes(week):
    html = texts(log_in("Viewer").get("/admin/orders/partnerorder/?view=open"))
    assert "Take lines" in html
    assert week.reference in html
