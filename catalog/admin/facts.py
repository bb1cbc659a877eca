"""What the apps above know about our rows: they import us, so they hand in a function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.models import Partner, Variant

LOW_STOCK = 5


@dataclass(frozen=True)
class StockFact:
    """What we may sell of a variant, in units, with the badge word and the page that explains."""

    units: int
    word: str
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of a side card: a name, a quiet note, a number, and where it leads."""

    name: str
    note: Any = ""
    value: Any = ""
    url: str = ""


WithStock = Callable[[QuerySet[Variant]], QuerySet[Variant]]
StockOf = Callable[[Sequence[Variant]], dict[int, StockFact]]
PlacesOf = Callable[[Variant], list[Fact]]
LinesOf = Callable[[Sequence[Partner]], dict[int, int]]
ShelfAt = Callable[[], list[Fact]]
IncomingOf = Callable[[Sequence[Variant]], dict[int, Fact]]
WaitingAt = Callable[[Partner], list[Fact]]
LastChange = Callable[[Variant, HttpRequest], dict[str, Any] | None]


def as_they_are(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Until inventory adds what `stock_of` wants to read."""
    return variants


def no_stock(variants: Sequence[Variant]) -> dict[int, StockFact]:
    """Until inventory hands in its own."""
    return {}


def no_facts(row: Any) -> list[Fact]:
    """Until somebody hands in their own."""
    return []


def no_lines(partners: Sequence[Partner]) -> dict[int, int]:
    """Until orders hands in its own."""
    return {}


def no_change(variant: Variant, request: HttpRequest) -> dict[str, Any] | None:
    """Until inventory hands in its own."""
    return None


def no_incoming(variants: Sequence[Variant]) -> dict[int, Fact]:
    """Until inventory hands in its own."""
    return {}


def no_shelf() -> list[Fact]:
    """Until inventory hands in its own."""
    return []


class Sources:
    """Set once, in the admin module of the app that knows; each answers for a whole page."""

    with_stock: WithStock = staticmethod(as_they_are)
    stock_of: StockOf = staticmethod(no_stock)
    places_of: PlacesOf = staticmethod(no_facts)
    incoming_of: IncomingOf = staticmethod(no_incoming)
    last_change: LastChange = staticmethod(no_change)
    shelf: ShelfAt = staticmethod(no_shelf)
    lines_waiting: LinesOf = staticmethod(no_lines)
    waiting_at: WaitingAt = staticmethod(no_facts)


sources = Sources()
