"""What the partner catalog says of rows that cannot be imported, and whose rows it shows."""

import pytest

from tests.catalog.builders import make_listing, make_partner, make_variant
from tests.catalog.people import log_in, texts

pytestmark = pytest.mark.django_db
CATALOG = "/admin/catalog/"


def test_the_reason_of_a_conflict_stands_beside_it(partner, own):
    make_listing(partner, 1)
    make_listing(partner, 5, currency="EUR")

    html = texts(log_in("Manager").get(CATALOG))

    assert html.count('class="two q why"') == 1


def test_a_price_in_another_currency_is_not_marked_up_into_ours(partner, own):
    make_listing(partner, 5, currency="EUR")

    (row,) = log_in("Manager").get(CATALOG).context["made"].rows

    assert (row.word, row.price, row.percent) == ("Conflict", None, None)


def test_what_a_warehouse_keeps_for_us_is_linked_and_no_conflict(partner, own):
    make_listing(partner, 1, price=None, variant=make_variant("MUG"))

    (row,) = log_in("Manager").get(CATALOG).context["made"].rows

    assert (row.word, row.reason) == ("Linked", "It is ours under this SKU; they name no price.")


def test_a_link_from_a_connection_shows_that_partner(partner, own):
    other = make_partner("zebra")

    page = log_in("Manager").get(f"{CATALOG}?connection={other.connection_id}")

    assert page.context["partner"] == other
