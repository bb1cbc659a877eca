"""Open reservations by variant and connection, and whose they are if orders told us."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from catalog.models import Variant
from inventory.availability import open_reservations
from inventory.models import Reservation

MOST = 50


@dataclass(frozen=True)
class Promise:
    """Units held for one order line. `label` is the order's number where it is known."""

    units: int
    since: datetime
    label: str = "An order"
    url: str = ""


# Reservation keys -> {key: (label, url)}; orders sets it, since it imports us.
Names = Callable[[Sequence[str]], dict[str, tuple[str, str]]]


class Namer:
    """Holds the function that knows whose a reservation is."""

    names_of: Names = staticmethod(lambda keys: {})


namer = Namer()


def held_by_spot(variant_ids: Iterable[int]) -> dict[tuple[int, int | None], int]:
    """Units held per variant and connection, by one query."""
    rows = open_reservations().filter(variant__in=list(variant_ids)).order_by()
    sums = rows.values_list("variant", "connection").annotate(units=Sum("quantity"))
    return {(variant, connection): units for variant, connection, units in sums}


def promises_of(variant: Variant) -> list[Promise]:
    """What is held of a variant, newest first."""
    rows: list[Reservation] = list(
        open_reservations().filter(variant=variant).order_by("-pk")[:MOST]
    )
    names = namer.names_of([row.key for row in rows])
    return [
        Promise(row.quantity, row.created_at, *names.get(row.key, ("An order", ""))) for row in rows
    ]
