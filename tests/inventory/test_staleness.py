"""Numbers nobody confirmed for too long: one alert per connection that closes itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.models import Alert, Connection, SyncRun
from integrations.services import runs
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from inventory.models import Location
from inventory.services.staleness import tell_stale
from inventory.tasks import tick
from tests.catalog.builders import NOW, PartnerShop, make_partner
from tests.inventory.builders import imported, make_level, make_location, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def place(partner: Partner) -> Location:
    place = make_location(partner.connection)
    make_level(place, imported(partner), 9)
    return place


def alerts() -> list[str]:
    return list(Alert.objects.filter(closed_at=None).values_list("title", flat=True))


def test_one_alert_however_often_it_is_looked_at(place, partner):
    assert tell_stale(NOW + 24 * HOUR) == 0
    assert [tell_stale(NOW + 24 * HOUR + timedelta(minutes=n)) for n in (1, 2, 9)] == [1, 0, 0]
    assert alerts() == ["The stock of Bluedoor Shop is older than 24 hours"]
    assert Alert.objects.get().count == 1
    assert Alert.objects.get().subject == partner.connection


def test_each_connection_has_its_own_allowance_and_alert(place, partner):
    other = make_partner("kettle")
    make_location(other.connection)
    Connection.objects.filter(pk=other.connection_id).update(stale_after_h=6)
    assert tell_stale(NOW + 7 * HOUR) == 1
    assert tell_stale(NOW + 30 * HOUR) == 1
    assert len(alerts()) == 2


def test_the_next_good_run_closes_it(place, partner, monkeypatch):
    tell_stale(timezone.now() + timedelta(days=9000))
    shop = PartnerShop(stock=said([9]))
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: shop)
    run, _ = request_run(partner.connection, "stock", trigger="staff")
    assert run_flow(run.pk) == "completed"
    assert alerts() == []


def test_a_run_of_one_sku_does_not_close_it(place, partner, monkeypatch):
    tell_stale(timezone.now() + timedelta(days=9000))
    shop = PartnerShop(stock=said([9]))
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: shop)
    params = {"skus": ["PARTNER-bluedoor-SKU-1"]}
    run, _ = request_run(partner.connection, "stock", trigger="staff", params=params)
    assert run_flow(run.pk) == "completed"
    assert len(alerts()) == 1


@pytest.mark.parametrize(
    "facts", [{"stock_authority": "observe"}, {"status": "archived"}, {"stale_after_h": 999}]
)
def test_what_does_not_count_or_is_allowed_more_time_raises_none_and_closes_one(
    place, partner, facts
):
    tell_stale(NOW + 30 * HOUR)
    Connection.objects.filter(pk=partner.connection_id).update(**facts)
    assert tell_stale(NOW + 30 * HOUR) == 0
    assert alerts() == []


@pytest.mark.parametrize(("policy", "asked"), [("keep", 0), ("zero", 1)])
def test_where_staff_chose_so_our_store_is_told_zero_once(place, partner, own, policy, asked):
    Connection.objects.filter(pk=partner.connection_id).update(stale_policy=policy)
    for _ in range(2):
        tell_stale(NOW + 30 * HOUR)
    assert SyncRun.objects.filter(flow="publish_stock").count() == asked


def test_the_job_looks_at_the_clock(place, partner):
    Location.objects.update(as_of=timezone.now() - 25 * HOUR)
    assert (tick(), tick()) == (1, 0)


def test_it_takes_the_same_two_queries_for_any_number_of_connections(
    place, django_assert_num_queries
):
    for number in range(20):
        make_location(make_partner(f"partner{number}").connection)
    with django_assert_num_queries(2):
        assert tell_stale(NOW + HOUR) == 0
