"""Failure dials: what should go wrong, where, and how often."""

import random
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, Field


class Mode(StrEnum):
    """What a dial does. `*_after` modes let the effect happen and lose only the answer."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    TOO_MANY = "429"
    UNAUTHORIZED = "401"
    ERROR = "500"
    ERROR_AFTER = "500_after"
    EMPTY_INVENTORY = "empty_inventory"
    SEARCH_LAG = "search_lag"  # order searches miss what is younger than hold_seconds
    THROTTLED = "graphql_throttled"
    DROP_WEBHOOKS = "drop_webhooks"
    DUPLICATE_WEBHOOKS = "duplicate_webhooks"


WEBHOOK_MODES = frozenset({Mode.DROP_WEBHOOKS, Mode.DUPLICATE_WEBHOOKS})
API_MODES = frozenset(Mode) - WEBHOOK_MODES


class Dial(BaseModel):
    """One setting: every Nth matching call fails, at most `times` times (0 means no end)."""

    id: int = 0
    shop: str = "*"
    operation: str = "*"
    mode: Mode
    every: int = Field(default=1, ge=1)
    times: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    hold_seconds: float | None = Field(default=None, ge=0, le=600)
    retry_after: int = Field(default=2, ge=0)
    seen: int = 0
    fired: int = 0

    def matches(self, shop: str, operations: Iterable[str]) -> bool:
        """Whether a call at this store, known by any of these names, is meant."""
        return self.shop in ("*", shop) and (
            self.operation == "*" or self.operation in set(operations)
        )

    def is_spent(self) -> bool:
        return bool(self.times) and self.fired >= self.times


def pick(
    dials: Iterable[Dial],
    shop: str,
    operations: Iterable[str],
    modes: frozenset[Mode],
    rng: random.Random,
) -> Dial | None:
    """The dial that fires for this call, if any; every matching dial counts the call."""
    names = set(operations)
    chosen: Dial | None = None
    for dial in dials:
        if dial.mode not in modes or dial.is_spent() or not dial.matches(shop, names):
            continue
        dial.seen += 1
        due = dial.seen % dial.every == 0 and rng.random() < dial.probability
        if due and chosen is None:
            chosen = dial
            dial.fired += 1
    return chosen
