"""Orders that cannot be read, and systems that break down: nobody waits for ever behind them."""

import pytest

from integrations.errors import BadResponse, Rejected, Retryable
from orders.models import PartnerOrder
from orders.services import polling
from tests.catalog.builders import notes_of
from tests.orders.builders import make_partner
from tests.orders.polls import Clock, OneBad, many, poll

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse(db):
    return make_partner("straight", dispatch="immediate", ship_to="customer")


def test_an_order_that_cannot_be_read_does_not_stop_the_others(warehouse, monkeypatch):
    many(warehouse, 5)
    provider = OneBad({"0", "3"}, BadResponse("They answered with nothing."))
    run = poll(warehouse.connection, provider, Clock(), monkeypatch)
    moved = PartnerOrder.objects.filter(status="picking").values_list("external_id", flat=True)
    assert sorted(moved) == ["1", "2", "4"]
    assert PartnerOrder.objects.filter(polled_at=None).count() == 0
    assert [row[0] for row in notes_of(run) if row[4] == "rejected"] == [
        "CD-0000000000",
        "CD-0000000003",
    ]


def test_a_system_that_answers_nonsense_about_everything_is_left_alone(warehouse, monkeypatch):
    many(warehouse, 10)
    provider = OneBad({str(number) for number in range(10)}, BadResponse("Nonsense."))
    with pytest.raises(BadResponse):
        poll(warehouse.connection, provider, Clock(), monkeypatch)
    assert PartnerOrder.objects.exclude(polled_at=None).count() == polling.MOST_BAD


def test_the_only_order_that_cannot_be_read_fails_its_run(warehouse, monkeypatch):
    many(warehouse, 1)
    with pytest.raises(Rejected):
        poll(warehouse.connection, OneBad({"0"}, Rejected("No.")), Clock(), monkeypatch)


def test_an_order_they_break_down_at_is_not_the_first_one_again(warehouse, monkeypatch):
    many(warehouse, 3)
    provider, clock = OneBad({"0"}, Retryable("They answered with 500.")), Clock()
    for _ in range(2):
        with pytest.raises(Retryable):
            poll(warehouse.connection, provider, clock, monkeypatch)
        clock.sleep(300)
    assert provider.asked == ["0", "1", "2", "0"]
