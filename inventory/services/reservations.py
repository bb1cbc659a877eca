"""Reservations: units an order line holds until its partner's own numbers include them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog.models import Variant
from integrations.models import Connection
from inventory.availability import shortfalls
from inventory.models import Reservation


@dataclass(frozen=True)
class Hold:
    """What to reserve: `connection_id` is the partner's (None: our shelf), `quantity` in units."""

    key: str
    variant_id: int
    connection_id: int | None
    quantity: int


def reserve_all(holds: Iterable[Hold]) -> set[str]:
    """Reserve all of these, whether there is enough or not; returns the keys that are short.

    Harmless when repeated: a key that exists stays as it is. All lines of an order belong in one
    call: the variants are locked in the order of their ids, so two orders cannot deadlock, and of
    two that want the last unit the second one is told.
    """
    wanted = list(holds)
    if not wanted:
        return set()
    with transaction.atomic():
        ids = sorted({hold.variant_id for hold in wanted})
        rows = Variant.objects.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
        Reservation.objects.bulk_create(
            [Reservation(**vars(hold)) for hold in wanted], ignore_conflicts=True
        )
        short = shortfalls(ids)
    return {hold.key for hold in wanted if short[hold.variant_id] > 0}


def reserve(key: str, variant: Variant, connection: Connection | None, quantity: int) -> bool:
    """Reserve for one line; True if the partners have less than what is now held."""
    hold = Hold(key, variant.pk, connection.pk if connection else None, quantity)
    return bool(reserve_all([hold]))


def move_reservation(key: str, connection: Connection | None) -> bool:
    """Units held for nobody in particular now come from this partner; False if none were."""
    held = Reservation.objects.filter(key=key, released_at=None, accepted_at=None)
    return bool(held.update(connection=connection))


def resize(key: str, quantity: int) -> bool:
    """Hold so many units from now on; False if nothing is held under this key any more."""
    held = Reservation.objects.filter(key=key, released_at=None)
    return bool(held.update(quantity=quantity))


def release(keys: Sequence[str], now: datetime | None = None) -> int:
    """The units are no longer wanted; returns how many reservations were open until now."""
    open_ones = Reservation.objects.filter(key__in=keys, released_at=None)
    return open_ones.update(released_at=now or timezone.now())


def accept(keys: Sequence[str], now: datetime | None = None) -> int:
    """The partner took the units on: from its next snapshot on, its own number includes them.

    For a provider that claims stock when it ships, call it then. Returns how many were news.
    """
    waiting = Reservation.objects.filter(key__in=keys, released_at=None, accepted_at=None)
    return waiting.update(accepted_at=now or timezone.now())
