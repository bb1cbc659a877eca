"""The page of a partner order: preview, submit what was seen, and settle what went wrong."""

import re
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django_q.models import OrmQ

from catalog.models import Listing, Partner
from integrations.errors import Rejected, Unconfirmed
from inventory.models import Location
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.closing import close_and_submit
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import make_order, make_partner, make_variant
from tests.orders.pressing import page_of, place, press, press_bulk

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


def digest_on(page):
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page.content.decode())
    assert found
    return found[1]


def jobs():
    return [row.task["func"] for row in OrmQ.objects.all()]


def test_the_preview_groups_by_product_with_the_orders_behind_it(placed):
    response = log_in("Viewer").get(page_of(placed))
    row = response.context["rows"][0]

    assert [number for number, _, _ in row.orders] == list(
        Order.objects.order_by("pk").values_list("number", flat=True)
    )
    assert (row.units, row.have, row.sum) == (2, 10, Decimal("24.00"))
    assert response.context["total"] == Decimal("24.00")


def test_a_center_bound_preview_names_no_customer(placed):
    html = texts(log_in("Operator").get(page_of(placed)))

    assert "2200 Adeline St" in html
    for person in ["Dana", "Petrov", "Market St", "dana.petrov"]:
        assert person not in html


def test_a_customer_bound_order_shows_where_it_goes(own_store, db):
    partner = make_partner(ship_to="customer", dispatch="immediate")
    make_variant(SKU, partner)
    make_order(own_store, SKU)

    html = texts(log_in("Viewer").get(page_of(PartnerOrder.objects.get())))

    assert "4 Market St" in html
    assert "alone" in html


def test_short_stock_and_a_higher_price_are_said_before_it_goes(placed):
    Listing.objects.update(cost="14.50")
    placed.connection.locations.get().levels.update(available=1)

    html = texts(log_in("Operator").get(page_of(placed)))

    assert "2 things" not in html
    assert "they have 1, we want 2." in html
    assert "their price rose from 12.00 to 14.50 USD." in html
    assert "1 of 2" in html


def test_submit_sends_what_was_seen_and_says_so(placed):
    client = log_in("Operator")

    answer = press(client, placed, "submit", digest=digest_on(client.get(page_of(placed))))

    submission = Submission.objects.get()
    assert said(answer) == [
        f'{placed} is being sent to Blue Door. <a href="{page_of(placed)}">See how far it is</a>'
    ]
    assert submission.approved_by.username == "operator-person"
    assert jobs() == ["orders.tasks.submit"]
    assert answer.context["badges"] == ["Sending"]
    assert '<meta http-equiv="refresh"' in answer.content.decode()


def test_an_order_that_changed_since_the_preview_is_refused(own_store, placed):
    client = log_in("Operator")
    seen = digest_on(client.get(page_of(placed)))
    make_order(own_store, SKU)

    answer = press(client, placed, "submit", digest=seen)

    assert said(answer) == ["It changed since you looked at it. Look at it again, then send it."]
    assert Submission.objects.count() == 0
    assert LogEntry.objects.count() == 0


def test_submit_without_having_looked_is_refused(placed):
    answer = press(log_in("Operator"), placed, "submit")

    assert said(answer) == ["Look at the preview first, then submit it from there."]
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("break_it", "words", "fix"),
    [
        (lambda: Partner.objects.update(terms_confirmed_at=None), "Confirm the terms", "partner"),
        (lambda: Location.objects.update(address=None), "Fill in the address", "location"),
        (lambda: PartnerOrder.objects.update(connection=None), "has no system", ""),
    ],
)
def test_what_keeps_it_is_said_with_a_link_to_the_fix(placed, break_it, words, fix):
    break_it()

    html = texts(log_in("Operator").get(page_of(placed)))

    assert words in html
    assert "/do/submit/" not in html
    assert not fix or re.search(rf'<a class="btn small" href="/admin/\w+/{fix}/\d+/change/">', html)


def test_a_held_line_leaves_and_a_released_one_comes_back(placed):
    client, part = log_in("Operator"), PartnerOrderLine.objects.first()

    held = press(client, part, "hold")
    page = texts(client.get(page_of(placed)))
    released = press(client, part, "release")

    assert "is held back" in said(held)[0]
    assert "Held back" in page
    assert f"goes with {placed}" in said(released)[0]
    assert placed.lines.count() == 2


def test_a_sent_line_cannot_be_held(placed, system):
    place(placed)

    answer = press(log_in("Operator"), PartnerOrderLine.objects.first(), "hold")

    assert said(answer) == ["Hold is not possible: it was sent already."]
    assert PartnerOrderLine.objects.exclude(held_at=None).count() == 0


def test_a_line_is_listed_and_opens_its_partner_order(placed):
    part, client = PartnerOrderLine.objects.first(), log_in("Viewer")

    assert f"1 x Product {SKU}" in texts(client.get("/admin/orders/partnerorderline/"))
    assert client.get(page_of(part)).headers["Location"] == page_of(placed)


def test_a_batch_that_closed_by_itself_waits_for_approval(placed):
    Partner.objects.update(approval="always")
    close_and_submit(placed)
    OrmQ.objects.all().delete()
    client = log_in("Operator")

    page = client.get(page_of(placed))
    answer = press(client, placed, "approve")

    assert page.context["badges"] == ["To approve"]
    assert "is being sent to Blue Door" in said(answer)[0]
    assert jobs() == ["orders.tasks.submit"]
    assert Submission.objects.get().approved_by.username == "operator-person"


@pytest.mark.parametrize(("approval", "words"), [("always", "not yet"), ("never", "not needed")])
def test_the_page_says_whether_somebody_must_approve_it(placed, approval, words):
    Partner.objects.update(approval=approval)
    close_and_submit(placed)

    html = log_in("Viewer").get(page_of(placed)).content.decode()

    assert f"<dt>Approved</dt><dd>{words}</dd>" in html


def test_a_failed_one_is_retried_under_the_same_reference(placed, system):
    system.script = [Rejected("They do not know ETH250.")]
    place(placed)
    client = log_in("Operator")

    page = texts(client.get(page_of(placed)))
    answer = press(client, placed, "retry")

    assert "They do not know ETH250." in page
    assert "is being sent to Blue Door" in said(answer)[0]
    assert Submission.objects.get().status == "pending"
    assert Submission.objects.get().reference == placed.reference


def test_retry_on_ticked_rows_skips_what_did_not_fail(own_store, placed, system):
    system.script = [Rejected("No.")]
    place(placed)
    make_order(own_store, SKU)
    fresh = PartnerOrder.objects.get(closed_at=None)

    answer = press_bulk(log_in("Operator"), [placed, fresh], "retry")

    assert "1 skipped (not failed)" in said(answer)[0]


def test_after_it_was_placed_the_page_says_their_number_and_what_was_sent(placed, system):
    place(placed)

    html = texts(log_in("Viewer").get(page_of(placed)))

    assert "#1001" in html
    assert "What was sent" in html
    assert "ETH250" in html
    assert "/do/" not in html


@pytest.mark.parametrize("tab", ["open", "approve", "sending", "unconfirmed", "failed", "partner"])
def test_each_state_has_its_tab(placed, system, tab):
    if tab == "approve":
        Partner.objects.update(approval="always")
    if tab in ("approve", "sending"):
        close_and_submit(placed)
    script = {"unconfirmed": Unconfirmed("Lost."), "failed": Rejected("No."), "partner": None}
    if tab in script:
        system.script = [script[tab]]
        place(placed)

    tabs = log_in("Viewer").get("/admin/orders/partnerorder/").context["tabs"]

    counts = {one["url"].rpartition("=")[2]: one["count"] for one in tabs if "=" in one["url"]}
    assert {name for name, count in counts.items() if count} == {tab}


@pytest.mark.parametrize("name", ["submit", "approve", "retry", "link", "send_again", "drop"])
def test_a_viewer_may_settle_nothing(placed, name):
    client = log_in("Viewer")

    assert press(client, placed, name).status_code == 403
    assert press(client, PartnerOrderLine.objects.first(), "hold").status_code == 403
    assert "/do/" not in texts(client.get(page_of(placed)))
    assert Submission.objects.count() == 0
