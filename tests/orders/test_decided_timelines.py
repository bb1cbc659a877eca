"""Who pressed what on a partner order is in the history of the customers' orders it carries."""

import pytest

from integrations.errors import Rejected, Unconfirmed
from orders.models import Order, PartnerOrder
from tests.catalog.people import log_in
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, place, press, press_bulk

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def two(own_store, partner) -> list[Order]:
    make_variant(SKU, partner)
    return [make_order(own_store, SKU), make_order(own_store, SKU)]


@pytest.fixture
def row(two) -> PartnerOrder:
    return PartnerOrder.objects.get()


def last_words(order: Order, kind: str) -> list[tuple[str, str, str]]:
    events = order.events.filter(kind=kind)
    return [(one.message, one.actor, one.data.get("reference", "")) for one in events]


@pytest.mark.parametrize("many", [False, True])
def test_a_retry_pressed_on_one_row_or_on_ticked_ones(two, row, system, many):
    system.script = [Rejected("No.")]
    place(row)
    client = log_in("Operator")
    press_bulk(client, [row], "retry") if many else press(client, row, "retry")
    said = ("Sent to Blue Door again, after they refused it.", "operator-person", row.reference)
    for order in two:
        assert last_words(order, "retried") == [said]
        (shown,) = [
            one for one in client.get(page_of(order)).context["events"] if one["text"] == said[0]
        ]
        assert (shown["actor"], shown["link"]) == ("operator-person", row.reference)
    assert row.events.filter(kind="retried").count() == 1


@pytest.mark.parametrize(
    ("button", "fields", "kind", "words"),
    [
        ("link", {"external_id": "77"}, "linked", "Blue Door has it as 77: linked, and not sent"),
        ("send_again", {}, "sent_again", "Blue Door does not have it: sent again."),
        (
            "drop",
            {"reason": "They lost it"},
            "dropped",
            "Door was given up: They lost it.",
        ),
    ],
)
def test_what_a_person_decides_about_a_doubt(two, row, system, button, fields, kind, words):
    system.script = [Unconfirmed("Lost.")]
    place(row)
    press(log_in("Operator"), row, button, typed=row.reference, **fields)
    for order in two:
        ((message, actor, reference),) = last_words(order, kind)
        assert words in message
        assert (actor, reference) == ("operator-person", row.reference)
