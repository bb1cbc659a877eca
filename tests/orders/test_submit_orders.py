"""manage.py submit_orders: what is due, on screen and as JSON."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orders.models import PartnerOrder, Submission
from tests.orders.builders import make_order, make_variant

pytestmark = pytest.mark.django_db
LATER = "2027-01-01T00:00:00+00:00"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("submit_orders", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def placed(own_store, partner) -> PartnerOrder:
    make_order(own_store, make_variant(partner=partner).sku)
    return PartnerOrder.objects.get()


def test_nothing_is_due_before_its_time(placed):
    assert run("--at", placed.created_at.isoformat()) == "Nothing is due.\n"
    assert not Submission.objects.exists()


def test_a_dry_run_changes_nothing(placed):
    assert run("--at", LATER, "--dry-run") == f"{placed.reference}  would be closed\n"
    assert not Submission.objects.exists()


def test_what_is_due_is_sent_and_said_as_json(placed):
    answer = json.loads(run("--at", LATER, "--json", "--partner", "bluedoor"))

    assert answer == [{"reference": placed.reference, "outcome": "sending", "reason": ""}]
    assert Submission.objects.get().partner_order == placed


def test_what_must_wait_is_named_with_the_reason(placed, partner):
    partner.terms_confirmed_at = None
    partner.save()

    assert "waits  Confirm the terms of Blue Door first." in run("--at", LATER)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--at", "soon"], "not a time with a zone"), (["--partner", "nobody"], "no partner")],
)
def test_a_wrong_argument_is_named(db, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
