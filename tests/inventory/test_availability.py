from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Partner, Variant
from integrations.models import Connection
from inventory.availability import (
    explain,
    is_open,
    sellable,
    sellable_many,
    shortfall,
)
from inventory.models import Location, Reservation
from tests.catalog.builders import NOW, make_connection, make_partner, make_variant
from tests.inventory.builders import make_level, make_location, many_imported

HOUR = timedelta(hours=1)


@pytest.fixture
def location(partner: Partner, variant: Variant) -> Location:
    """The partner says 12."""
    place = make_location(partner.connection)
    make_level(place, variant, 12)
    return place


def hold(
    variant: Variant,
    partner: Partner,
    quantity: int = 3,
    accepted_at: datetime | None = None,
    released_at: datetime | None = None,
) -> Reservation:
    return Reservation.objects.create(
        key=f"line:{Reservation.objects.count()}",
        variant=variant,
        connection=partner.connection,
        quantity=quantity,
        accepted_at=accepted_at,
        released_at=released_at,
    )


def test_the_partners_number_less_holds_and_buffer(
    partner: Partner, variant: Variant, location: Location
) -> None:
    Partner.objects.filter(pk=partner.pk).update(buffer=2)
    hold(variant, partner, 3)
    assert sellable(variant) == 7
    assert explain(variant).sentence == (
        "Blue Door says 12, 3 held by orders not yet in their number, 2 kept as buffer: 7 to sell."
    )


def test_all_live_serving_locations_are_summed(
    partner: Partner, variant: Variant, location: Location
) -> None:
    make_level(make_location(partner.connection, "L2"), variant, 5)
    make_level(make_location(partner.connection, "L3", serves=False), variant, 100)
    make_level(make_location(partner.connection, "L4", archived_at=NOW), variant, 1000)
    assert sellable(variant) == 17


def test_a_negative_number_counts_as_nothing_and_takes_nothing_from_another_place(
    partner: Partner, variant: Variant, location: Location
) -> None:
    make_level(make_location(partner.connection, "L2"), variant, -5)
    assert sellable(variant) == 12
    assert "says -5 (counted as 0, below zero)" in explain(variant).sentence


@pytest.mark.parametrize(
    ("facts", "units"),
    [
        ({"stock_authority": "observe"}, 0),
        ({"status": "archived"}, 0),
        ({"status": "needs_attention"}, 12),
        ({"status": "paused"}, 12),
    ],
)
def test_only_mirrors_that_are_not_archived_count(
    partner: Partner, variant: Variant, location: Location, facts: dict[str, str], units: int
) -> None:
    Connection.objects.filter(pk=partner.connection_id).update(**facts)
    assert sellable(variant) == units


def test_an_archived_partner_is_not_routed_to_and_does_not_count(
    partner: Partner, variant: Variant, location: Location
) -> None:
    Partner.objects.filter(pk=partner.pk).update(archived_at=NOW)
    assert sellable(variant) == 0
    assert explain(variant).sentence == (
        "No partner that may be used has a number for it: 0 to sell."
    )


def test_our_own_store_does_not_serve(own: Connection, variant: Variant) -> None:
    make_level(make_location(own, "Store"), variant, 50)
    assert sellable(variant) == 0


def test_our_shelf_serves_unless_it_is_archived(variant: Variant) -> None:
    make_level(Location.objects.get(connection=None), variant, 4)
    assert sellable(variant) == 4
    Partner.objects.filter(code="us").update(archived_at=NOW)
    assert sellable(variant) == 0


def test_the_variants_own_buffer_comes_before_the_partners(
    partner: Partner, variant: Variant, location: Location
) -> None:
    Partner.objects.filter(pk=partner.pk).update(buffer=2)
    Variant.objects.filter(pk=variant.pk).update(buffer=0)
    assert sellable(variant) == 12
    Variant.objects.filter(pk=variant.pk).update(buffer=5)
    assert sellable(variant) == 7


def test_the_buffer_of_a_partner_without_stock_takes_nothing_from_the_other(
    partner: Partner, variant: Variant, location: Location
) -> None:
    other = make_partner("other", buffer=5)
    make_level(make_location(other.connection), variant, 1)
    assert sellable(variant) == 12


def test_it_is_never_below_zero_and_the_shortfall_tells_by_how_much(
    partner: Partner, variant: Variant, location: Location
) -> None:
    hold(variant, partner, 15)
    assert sellable(variant) == 0
    assert shortfall(variant) == 3


def test_the_buffer_may_serve_what_was_already_sold(
    partner: Partner, variant: Variant, location: Location
) -> None:
    Partner.objects.filter(pk=partner.pk).update(buffer=2)
    hold(variant, partner, 12)
    assert (sellable(variant), shortfall(variant)) == (0, 0)


@pytest.mark.parametrize(
    ("accepted_at", "released_at", "opened"),
    [
        (None, None, True),
        (NOW, None, True),
        (NOW + HOUR, None, True),
        (NOW - HOUR, None, False),
        (None, NOW, False),
        (NOW + HOUR, NOW, False),
    ],
)
def test_a_hold_is_open_until_a_snapshot_that_began_after_the_acceptance(
    partner: Partner,
    variant: Variant,
    location: Location,
    accepted_at: datetime | None,
    released_at: datetime | None,
    opened: bool,
) -> None:
    held = hold(variant, partner, 3, accepted_at, released_at)
    assert is_open(held) is opened
    assert sellable(variant) == (9 if opened else 12)


def test_the_oldest_location_decides_and_one_never_read_keeps_holds_open(
    partner: Partner, variant: Variant, location: Location
) -> None:
    held = hold(variant, partner, 3, accepted_at=NOW - HOUR)
    second = make_location(partner.connection, "L2", as_of=NOW - 2 * HOUR)
    assert is_open(held) is True
    Location.objects.filter(pk=second.pk).update(as_of=None)
    assert is_open(held) is True
    Location.objects.filter(pk=second.pk).update(archived_at=NOW)
    assert is_open(held) is False


def test_a_hold_at_our_shelf_is_open_until_it_is_released(variant: Variant) -> None:
    make_level(Location.objects.get(connection=None), variant, 4)
    held = Reservation.objects.create(
        key="line:1", variant=variant, quantity=1, accepted_at=NOW - HOUR
    )
    assert is_open(held) is True
    assert sellable(variant) == 3


@pytest.mark.parametrize(
    ("policy", "age_h", "units"), [("keep", 99, 12), ("zero", 24, 12), ("zero", 25, 0)]
)
def test_numbers_too_old_count_only_where_staff_chose_to_keep_them(
    partner: Partner, variant: Variant, location: Location, policy: str, age_h: int, units: int
) -> None:
    Connection.objects.filter(pk=partner.connection_id).update(stale_policy=policy)
    now = NOW + timedelta(hours=age_h)
    assert sellable(variant, now) == units
    assert explain(variant, now).sources[0].is_stale is (units == 0)


@pytest.mark.parametrize("count", [1, 60])
def test_many_variants_take_two_queries(
    partner: Partner, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variants = many_imported(partner, count)
    place = make_location(partner.connection)
    for number, variant in enumerate(variants):
        make_level(place, variant, number)
    with django_assert_num_queries(2):
        numbers = sellable_many(variant.pk for variant in variants)
    assert numbers == {variant.pk: number for number, variant in enumerate(variants)}


@pytest.mark.django_db
def test_a_variant_nobody_has_is_zero() -> None:
    variant = make_variant("ALONE")
    make_connection("somewhere")
    assert sellable_many([variant.pk]) == {variant.pk: 0}
