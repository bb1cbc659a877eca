"""Adjusting many levels by hand at once: the rules of `adjust_stock`, a ledger line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from inventory.models import ChangeReason, StockChange, StockLevel


@dataclass(frozen=True)
class Adjustment:
    """`level` is held by the caller, as it is before; `available` is the new number of units."""

    level: StockLevel
    available: int
    note: str


def adjust_many(adjustments: Sequence[Adjustment], user: AbstractBaseUser | None) -> None:
    """Write levels and ledger, in a transaction of the caller's that holds the levels.

    Levels without a key are made first; an IntegrityError says that somebody was faster.
    """
    now = timezone.now()
    StockLevel.objects.bulk_create(
        one.level for one in adjustments if one.level.pk is None and _at_zero(one.level, now)
    )
    StockChange.objects.bulk_create(_ledger_line(one, user, now) for one in adjustments)
    StockLevel.objects.bulk_create(
        sorted((_moved(one, now) for one in adjustments), key=lambda level: level.pk),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["available", "on_hand", "as_of"],
    )


def _at_zero(level: StockLevel, now: datetime) -> bool:
    level.available, level.on_hand = 0, 0
    level.as_of = now
    return True


def _ledger_line(one: Adjustment, user: AbstractBaseUser | None, now: datetime) -> StockChange:
    level = one.level
    return StockChange(
        level=level,
        variant_id=level.variant_id,
        user_id=user.pk if user else None,
        reason=ChangeReason.ADJUST,
        before=level.available,
        after=one.available,
        on_hand_before=level.on_hand,
        on_hand_after=_on_hand(one),
        note=one.note[:300],
        at=now,
    )


def _on_hand(one: Adjustment) -> int:
    """What lies there moves by as much as what is available."""
    level = one.level
    before = level.available if level.on_hand is None else level.on_hand
    return before + one.available - level.available


def _moved(one: Adjustment, now: datetime) -> StockLevel:
    level = one.level
    level.on_hand, level.available = _on_hand(one), one.available
    level.as_of = now
    return level
