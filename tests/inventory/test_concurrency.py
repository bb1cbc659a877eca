"""Real threads, each with its own database connection."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from catalog.models import Product, Variant
from inventory.availability import shortfall
from inventory.models import Reservation, StockChange, StockLevel
from inventory.services.reservations import Hold, reserve, reserve_all
from inventory.services.write_levels import Change, Numbers, Stamp, mark_missing, update_levels
from tests.catalog.builders import NOW, make_partner
from tests.inventory.builders import imported, make_level, make_location, many_imported

# The flush after such a test takes what the migrations seeded; serialized_rollback brings it back.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SKUS, ROUNDS = 2000, 5


def in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all at once; returns what each returned, raises what any raised."""
    results: list[Any] = [None] * len(jobs)
    errors: list[Exception] = []
    together = threading.Barrier(len(jobs))

    def work(place: int) -> None:
        try:
            together.wait(10)
            results[place] = jobs[place]()
        except Exception as exc:
            errors.append(exc)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return results


def test_two_runs_over_the_same_skus_in_another_order_do_not_deadlock() -> None:
    partner = make_partner()
    place = make_location(partner.connection)
    StockLevel.objects.bulk_create(
        StockLevel(location=place, variant=v, available=0, as_of=NOW)
        for v in many_imported(partner, SKUS)
    )
    rows = list(StockLevel.objects.values_list("pk", "variant_id"))

    def sync(seed: int) -> None:
        mine = random.Random(seed).sample(rows, len(rows))
        for turn in range(ROUNDS):
            after = Numbers(seed * 100 + turn)
            changes = [Change(pk, place.pk, variant, Numbers(0), after) for pk, variant in mine]
            update_levels(changes, Stamp(None, NOW))
            mark_missing([pk for pk, _ in mine[:500]], None)

    in_threads(lambda: sync(1), lambda: sync(2))
    assert StockChange.objects.count() == 2 * ROUNDS * SKUS
    assert len(set(StockLevel.objects.values_list("available", flat=True))) == 1
    assert StockLevel.objects.first().available in (104, 204)


def test_of_two_orders_for_the_last_unit_one_is_told_it_is_short() -> None:
    partner = make_partner()
    variant = imported(partner)
    make_level(make_location(partner.connection), variant, 1)
    for turn in range(10):
        Reservation.objects.all().delete()
        short = in_threads(
            lambda: reserve("line:a", variant, partner.connection, 1),
            lambda: reserve("line:b", variant, partner.connection, 1),
        )
        assert sorted(short) == [False, True], turn
        assert shortfall(variant) == 1


def test_one_key_from_two_threads_reserves_once() -> None:
    partner = make_partner()
    variant = imported(partner)
    in_threads(*[lambda: reserve("line:a", variant, partner.connection, 1)] * 2)
    assert Reservation.objects.count() == 1


def test_orders_with_the_same_variants_in_another_order_do_not_deadlock() -> None:
    partner = make_partner()
    product = Product.objects.create(title="Coffee", handle="coffee")
    variants = [Variant.objects.create(product=product, sku=f"V{n}") for n in range(20)]

    def order(name: str, ids: list[int]) -> None:
        for turn in range(10):
            with transaction.atomic():
                reserve_all(Hold(f"{name}:{turn}:{pk}", pk, partner.connection_id, 1) for pk in ids)

    ids = [variant.pk for variant in variants]
    in_threads(lambda: order("a", ids), lambda: order("b", ids[::-1]))
    assert Reservation.objects.count() == 400
