from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Partner, Variant
from inventory.availability import sellable, shortfall
from inventory.models import Location, Reservation
from inventory.services.reservations import Hold, accept, release, reserve, reserve_all
from tests.catalog.builders import NOW
from tests.inventory.builders import imported, make_level, make_location


@pytest.fixture
def location(partner: Partner, variant: Variant) -> Location:
    """The partner says 5."""
    place = make_location(partner.connection)
    make_level(place, variant, 5)
    return place


def test_reserving_takes_units_from_what_we_may_sell(
    partner: Partner, variant: Variant, location: Location
) -> None:
    assert reserve("line:1", variant, partner.connection, 3) is False
    assert sellable(variant) == 2


def test_a_repeated_key_reserves_once(
    partner: Partner, variant: Variant, location: Location
) -> None:
    reserve("line:1", variant, partner.connection, 3)
    assert reserve("line:1", variant, partner.connection, 3) is False
    assert Reservation.objects.get().quantity == 3


def test_too_little_stock_is_reserved_all_the_same_and_said(
    partner: Partner, variant: Variant, location: Location
) -> None:
    assert reserve("line:1", variant, partner.connection, 4) is False
    assert reserve("line:2", variant, partner.connection, 4) is True
    assert (sellable(variant), shortfall(variant)) == (0, 3)


def test_all_lines_of_an_order_are_reserved_in_four_queries(
    partner: Partner,
    variant: Variant,
    location: Location,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    others = [imported(partner, n) for n in range(2, 12)]
    connection_id = partner.connection_id
    holds = [Hold("line:1", variant.pk, connection_id, 5)]
    holds += [Hold(f"line:{v.pk}", v.pk, connection_id, 1) for v in others]
    with django_assert_num_queries(6):  # two of them are the savepoint
        short = reserve_all(holds)
    assert short == {f"line:{v.pk}" for v in others}
    assert Reservation.objects.count() == 11


@pytest.mark.django_db
def test_nothing_to_reserve_is_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert reserve_all([]) == set()


def test_released_units_are_for_sale_again(
    partner: Partner, variant: Variant, location: Location
) -> None:
    reserve("line:1", variant, partner.connection, 3)
    assert release(["line:1", "line:unknown"], NOW) == 1
    assert sellable(variant) == 5
    assert release(["line:1"], NOW + timedelta(hours=1)) == 0
    assert Reservation.objects.get().released_at == NOW


def test_accepted_units_stay_held_until_the_partners_next_snapshot(
    partner: Partner, variant: Variant, location: Location
) -> None:
    reserve("line:1", variant, partner.connection, 3)
    assert accept(["line:1"], NOW + timedelta(minutes=1)) == 1
    assert sellable(variant) == 2
    location.levels.update(available=2)
    Location.objects.filter(pk=location.pk).update(as_of=NOW + timedelta(hours=1))
    assert sellable(variant) == 2


def test_the_first_acceptance_counts(
    partner: Partner, variant: Variant, location: Location
) -> None:
    reserve("line:1", variant, partner.connection, 3)
    accept(["line:1"], NOW)
    assert accept(["line:1"], NOW + timedelta(hours=1)) == 0
    assert Reservation.objects.get().accepted_at == NOW


def test_what_was_released_is_not_accepted(
    partner: Partner, variant: Variant, location: Location
) -> None:
    reserve("line:1", variant, partner.connection, 3)
    release(["line:1"], NOW)
    assert accept(["line:1"], NOW) == 0
