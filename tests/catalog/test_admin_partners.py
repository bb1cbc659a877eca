"""Partners & terms: the list, the form in human units, and confirming."""

from datetime import time
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Partner, Product
from tests.catalog.builders import make_partner
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/partner/"


def page(partner: Partner) -> str:
    return reverse("admin:catalog_partner_change", args=[partner.pk])


def form_of(**changes: str) -> dict[str, str]:
    fields = {
        "name": "Blue Door",
        "code": "bluedoor",
        "dispatch": "daily",
        "run_at": "18:00",
        "timezone": "UTC",
        "trigger": "paid",
        "approval": "always",
        "approval_limit": "0",
        "minimum_total": "0",
        "rank": "100",
        "holidays": "",
        "markup": "25",
        "rounding": "none",
        "min_margin": "15",
        "buffer": "0",
        "ship_to": "center",
    }
    return fields | changes


def errors_of(response) -> dict[str, list[str]]:
    return response.context["adminform"].form.errors


def test_list_says_terms_in_words(partner):
    html = texts(log_in("Viewer").get(LIST))
    assert "Weekly, Fri 17:00" in html
    assert "25 %" in html
    assert "After the terms are confirmed" in html
    assert "Our shelf" in html


def test_list_asks_the_same_number_of_queries_for_any_number_of_rows(
    partner, django_assert_max_num_queries: DjangoAssertNumQueries
):
    client = log_in("Owner")
    client.get(LIST)
    with django_assert_max_num_queries(12) as few:
        client.get(LIST)
    for number in range(49):
        make_partner(f"partner{number}")
    with django_assert_max_num_queries(12) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_form_shows_percent_not_fractions(partner):
    html = texts(log_in("Manager").get(page(partner)))
    assert 'name="markup" value="25"' in html
    assert 'name="min_margin" value="15"' in html
    assert 'name="approval_limit" value="0.00"' in html


def offered(partner) -> list[str]:
    response = log_in("Manager").get(page(partner))
    return list(dict(response.context["adminform"].form.fields["dispatch"].choices))


def test_form_offers_every_way_a_shopify_store_can_take(partner):
    assert offered(partner) == ["immediate", "daily", "weekly", "weekly_append"]


def test_lines_cannot_be_added_where_the_system_takes_none(partner):
    Partner.objects.filter(pk=partner.pk).update(dispatch="daily", connection=None)
    assert offered(partner) == ["immediate", "daily", "weekly"]


def test_partner_with_an_older_dispatch_keeps_its_choice(partner):
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly_append", connection=None)
    assert "weekly_append" in offered(partner)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("cutoff_weekday", "Choose the day on which the week closes."),
        ("cutoff_at", "Enter the time at which the week closes, such as 17:00."),
    ],
)
def test_a_weekly_partner_needs_the_moment_its_week_closes(partner, missing, sentence):
    week = {"dispatch": "weekly", "cutoff_weekday": "2", "cutoff_at": "12:00"}
    response = log_in("Manager").post(page(partner), form_of(**week | {missing: ""}))
    assert errors_of(response) == {missing: [sentence]}


def test_the_moment_the_week_closes_is_saved(partner):
    week = {"dispatch": "weekly", "cutoff_weekday": "2", "cutoff_at": "12:00"}
    log_in("Manager").post(page(partner), form_of(**week))
    partner.refresh_from_db()
    assert (partner.cutoff_weekday, partner.cutoff_at) == (2, time(12, 0))
    assert "Weekly, Wed 12:00" in texts(log_in("Viewer").get(LIST))


def test_saved_percent_is_kept_as_fraction(partner):
    changes = form_of(markup="27.5", min_margin="12", run_at="07:30", holidays="2026-12-25")
    log_in("Manager").post(page(partner), changes)
    partner.refresh_from_db()
    assert partner.markup == Decimal("0.275")
    assert partner.min_margin == Decimal("0.12")
    assert partner.run_at == time(7, 30)
    assert partner.holidays == ["2026-12-25"]


def test_saving_leads_to_confirm_while_the_terms_are_not_confirmed(partner):
    client = log_in("Manager")
    assert client.post(page(partner), form_of(markup="30")).url == page(partner)
    Partner.objects.filter(pk=partner.pk).update(terms_confirmed_at=timezone.now())
    assert client.post(page(partner), form_of(markup="35")).url == LIST


@pytest.mark.parametrize("typed", ["-1", "1001", "many", "NaN", "12.345"])
def test_markup_that_is_none_is_refused(partner, typed):
    response = log_in("Manager").post(page(partner), form_of(markup=typed))
    assert "markup" in errors_of(response)
    partner.refresh_from_db()
    assert partner.markup == Decimal("0.25")


def test_day_that_is_none_is_named(partner):
    response = log_in("Manager").post(page(partner), form_of(holidays="2026-12-25\nxmas"))
    assert errors_of(response)["holidays"] == ["“xmas” is not a date. Write it as 2026-12-25."]


def test_customer_bound_needs_immediate_and_the_form_says_how(partner):
    response = log_in("Manager").post(page(partner), form_of(ship_to="customer"))
    (sentence,) = errors_of(response)["ship_to"]
    assert "Choose “Immediately, one per order” above" in sentence
    partner.refresh_from_db()
    assert partner.ship_to == "center"


def test_customer_bound_with_immediate_is_saved(partner):
    changes = form_of(ship_to="customer", dispatch="immediate")
    log_in("Manager").post(page(partner), changes)
    partner.refresh_from_db()
    assert (partner.ship_to, partner.dispatch) == ("customer", "immediate")


def test_approval_over_a_limit_needs_the_limit(partner):
    response = log_in("Manager").post(page(partner), form_of(approval="over_limit"))
    assert "approval_limit" in errors_of(response)


def test_code_can_change_before_the_first_import(partner):
    log_in("Manager").post(page(partner), form_of(code="door"))
    partner.refresh_from_db()
    assert partner.code == "door"


def test_code_is_locked_after_the_first_import(partner):
    Product.objects.create(title="Coffee", handle="coffee", source_partner=partner)
    client = log_in("Manager")
    assert 'name="code"' not in texts(client.get(page(partner)))
    client.post(page(partner), form_of(code="door"))
    partner.refresh_from_db()
    assert partner.code == "bluedoor"


def test_our_shelf_has_no_terms_to_edit():
    shelf = Partner.objects.get(code="us")
    html = texts(log_in("Manager").get(page(shelf)))
    assert "There are no terms" in html
    assert 'name="markup"' not in html
    assert "Our fulfillment center" in html


def test_unconfirmed_terms_are_said_with_the_button(partner):
    html = texts(log_in("Manager").get(page(partner)))
    assert "Nothing is sent to Blue Door yet." in html
    assert "Confirm terms…" in html


def test_confirming_says_what_starts_and_then_does_it(partner):
    client, url = log_in("Manager"), f"{page(partner)[:-7]}do/confirm_terms/"
    asked = texts(client.post(url))
    how = "one order a week until Friday 17:00, added to daily at 18:00."
    assert f"Orders for Blue Door may go out from now on: {how}" in asked
    assert not Partner.objects.get(pk=partner.pk).terms_confirmed_at
    response = client.post(url, {"confirmed": "1"}, follow=True)
    assert said(response) == [f"Terms confirmed. Blue Door gets orders: {how}"]
    assert Partner.objects.get(pk=partner.pk).terms_confirmed_at
    assert LogEntry.objects.get().change_message == "Confirm terms: Terms to confirm → Active"


def test_viewer_reads_the_terms_and_changes_nothing(partner):
    client = log_in("Viewer")
    html = texts(client.get(page(partner)))
    assert "Theirs + 25 %" in html
    assert "Confirm terms…" not in html
    assert 'name="markup"' not in html
    url = f"{page(partner)[:-7]}do/confirm_terms/"
    assert client.post(url, {"confirmed": "1"}).status_code == 403
    assert client.post(page(partner), form_of(markup="90")).status_code == 403
    partner.refresh_from_db()
    assert (partner.markup, partner.terms_confirmed_at) == (Decimal("0.25"), None)


def test_partner_is_not_added_by_hand(partner):
    assert log_in("Owner").get(f"{LIST}add/").status_code == 403


def test_search_box_finds_a_partner_by_code(partner):
    response = log_in("Viewer").get("/admin/search/?q=bluedoor")
    assert ("Blue Door", page(partner), "Partner") in response.context["hits"]
