"""Adjusting stock by hand: only at our own locations, always with a reason."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from catalog.models import Variant
from catalog.services.own_store import own_store
from integrations.models import SyncRun
from integrations.services.run_requests import request_run
from inventory.models import ChangeReason, Location, StockChange, StockLevel


class CannotAdjust(Exception):
    """The adjustment was refused; nothing was written. The sentence says why."""


def adjust_stock(
    location: Location, variant: Variant, delta: int, reason: str, user: User | None
) -> StockLevel:
    """Add `delta` units (may be negative) at one of our own locations, with a ledger line.

    Raises CannotAdjust with a sentence, and PermissionDenied. Our store is told afterwards.
    """
    if user is not None and not user.has_perm("inventory.change_stocklevel"):
        raise PermissionDenied("You may not adjust stock.")
    if location.connection_id is not None:
        raise CannotAdjust(f"{location} belongs to a connected system; change the stock there.")
    if not delta or not reason.strip():
        raise CannotAdjust("Give the number of units and a reason.")
    with transaction.atomic():
        level = _change(location, variant, delta, reason.strip(), user)
    _tell_our_store(user)
    return level


def _change(
    location: Location, variant: Variant, delta: int, reason: str, user: User | None
) -> StockLevel:
    now = timezone.now()
    StockLevel.objects.get_or_create(
        location=location, variant=variant, defaults={"available": 0, "on_hand": 0, "as_of": now}
    )
    rows = StockLevel.objects.select_for_update()
    level = rows.get(location=location, variant=variant)
    before, on_hand_before = level.available, level.on_hand
    if before + delta < 0:
        raise CannotAdjust(f"There are only {before} of {variant} at {location}.")
    level.available = before + delta
    level.on_hand = (before if on_hand_before is None else on_hand_before) + delta
    level.as_of = now
    level.save(update_fields=["available", "on_hand", "as_of"])
    StockChange.objects.create(
        level=level,
        variant=variant,
        user_id=user.pk if user else None,
        reason=ChangeReason.ADJUST,
        before=before,
        after=level.available,
        on_hand_before=on_hand_before,
        on_hand_after=level.on_hand,
        note=reason[:300],
        at=now,
    )
    return level


def _tell_our_store(user: User | None) -> None:
    own = own_store()
    if own is not None:
        trigger = SyncRun.Trigger.STAFF if user else SyncRun.Trigger.COMMAND
        request_run(own, "publish_stock", trigger=trigger, user=user, again=True)
