"""What one chaos round is: how many orders, kills and faults, and how long it may take."""

from dataclasses import dataclass

IMMEDIATE, WEEKLY_APPEND = "immediate", "weekly_append"


@dataclass(frozen=True)
class Plan:
    """`dispatch` has one word per partner; rates are shares of the calls that place an order.

    `kills` counts worker processes and clusters; kills of the supervisor come on top. Times are
    seconds. Orders arrive during `buying_s`; kills go on until there were enough of them. With
    `power_cut` everything is killed at once in the end: a cluster that hangs since a kill is then
    not waited for, which takes the supervisor five minutes to see.
    """

    orders: int = 500
    kills: int = 100
    seed: int = 1
    dispatch: tuple[str, ...] = (IMMEDIATE,) * 5
    fail_before: float = 0.10
    timeout_after: float = 0.10
    error_after: float = 0.05
    duplicated: float = 0.15
    dropped: float = 0.05
    buying_s: float = 100.0
    kill_every_s: float = 3.0
    tick_s: float = 10.0
    settle_s: float = 600.0
    power_cut: bool = False

    @property
    def longest_s(self) -> float:
        """The storm ends after this time, whatever is left of it."""
        return self.buying_s + 3 * self.kills * self.kill_every_s + 300
