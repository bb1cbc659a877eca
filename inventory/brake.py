"""The brake: a snapshot that looks wrong waits for a person instead of emptying the shop."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.models import Connection


@dataclass(frozen=True)
class Limits:
    """Shares are fractions; 1 is never, since nothing is more than all.

    A share alone stops nothing: so many SKUs must be concerned at least, or a partner with three
    products could hardly sell one out.
    """

    most_rejected: float = 0.05
    fewest_rejected: int = 2
    most_missing: float = 0.20
    fewest_missing: int = 3
    most_zeroed: float = 0.20
    fewest_zeroed: int = 5
    most_lost: float = 0.50
    most_swung: float = 0.50
    fewest_swung: int = 5
    swing_units: int = 5


def limits_of(connection: Connection) -> Limits:
    """What its staff have set: the shares of its row, in percent there."""
    return Limits(
        most_rejected=connection.hold_rejected_pct / 100,
        most_missing=connection.hold_missing_pct / 100,
        most_zeroed=connection.hold_zeroed_pct / 100,
        most_lost=connection.hold_moved_pct / 100,
        most_swung=connection.hold_moved_pct / 100,
    )


@dataclass(frozen=True)
class Snapshot:
    """What the brake looks at. `moves` are (before, after) of every level that would change;
    `units` and `in_stock` are sums over all levels as they stand."""

    asked: int
    rows: int
    rejected: int
    known: int
    missing: int
    units: int
    in_stock: int
    moves: Sequence[tuple[int, int]]


def find_fault(seen: Snapshot, limits: Limits | None = None) -> tuple[str, str] | None:
    """(code, sentence) of why this snapshot must not be applied, or None if it looks right."""
    limits = limits or Limits()
    return (
        _is_empty(seen)
        or _has_too_many_rejected(seen, limits)
        or _is_incomplete(seen, limits)
        or _zeroes_too_much(seen, limits)
        or _moves_too_much(seen, limits)
    )


def _is_empty(seen: Snapshot) -> tuple[str, str] | None:
    if seen.asked and not seen.rows:
        return "empty", f"The answer is empty, {seen.asked} SKUs were asked for."
    return None


def _has_too_many_rejected(seen: Snapshot, limits: Limits) -> tuple[str, str] | None:
    few = seen.rejected < limits.fewest_rejected
    if few or seen.rejected <= seen.rows * limits.most_rejected:
        return None
    return "rejected", (
        f"{seen.rejected} of {seen.rows} rows cannot be used, {_over(limits.most_rejected)}."
    )


def _is_incomplete(seen: Snapshot, limits: Limits) -> tuple[str, str] | None:
    few = seen.missing < limits.fewest_missing
    if few or seen.missing <= seen.known * limits.most_missing:
        return None
    return "incomplete", (
        f"{seen.missing} of {seen.known} SKUs are not in the answer, {_over(limits.most_missing)}."
    )


def _zeroes_too_much(seen: Snapshot, limits: Limits) -> tuple[str, str] | None:
    zeroed = sum(before > 0 >= after for before, after in seen.moves)
    if zeroed < limits.fewest_zeroed or zeroed <= seen.in_stock * limits.most_zeroed:
        return None
    return "zeroed", (
        f"{zeroed} of {seen.in_stock} SKUs in stock would go to zero, {_over(limits.most_zeroed)}."
    )


def _moves_too_much(seen: Snapshot, limits: Limits) -> tuple[str, str] | None:
    """Too many units gone, or too much of what is in stock more than doubling or halving."""
    fallen = [before - max(0, after) for before, after in seen.moves if before > max(0, after)]
    if len(fallen) >= limits.fewest_swung and sum(fallen) > seen.units * limits.most_lost:
        return "lost", (
            f"{sum(fallen)} of {seen.units} units would be gone, {_over(limits.most_lost)}."
        )
    swung = sum(
        before > 0
        and abs(after - before) >= limits.swing_units
        and not before / 2 <= after <= before * 2
        for before, after in seen.moves
    )
    if swung >= limits.fewest_swung and swung > seen.in_stock * limits.most_swung:
        return "moved", (
            f"{swung} of {seen.in_stock} SKUs in stock would more than double or halve, "
            f"{_over(limits.most_swung)}."
        )
    return None


def _over(share: float) -> str:
    return f"more than {share * 100:.0f} %, your limit for this connection"
