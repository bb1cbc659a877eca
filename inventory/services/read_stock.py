"""Reading a provider's stock answer into the stage: checked row by row, nothing written."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from catalog.models import normalize_sku
from catalog.services.listing_facts import clean
from integrations.prefetch import ahead
from integrations.services.runs import Run
from integrations.types import StockItem
from inventory.services.match_stock import Asked
from inventory.services.stage import BY_ID, BY_SKU, FULL, PLAIN, Said, Stage

MOST_UNITS = 10_000_000
LOADED, COUNTED, AHEAD, BEAT_S = 10_000, 500, 2000, 5.0
# A location in their words, and our variant.
Spot = tuple[str, int]


@dataclass
class Answer:
    """What was read: how many rows, of which kinds, and the locations they name.

    `numbers` is the place of a location in the stage: its pk, or -1, -2 ... for those we do not
    have yet. `may_collide` is True where two rows may speak of the same level.
    """

    numbers: dict[str, int]
    locations: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    kinds: set[int] = field(default_factory=set)
    may_collide: bool = False
    has_negatives: bool = False
    strangers: dict[str, str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    unmatched: int = 0
    rejected: int = 0
    dropped: int = 0

    def place_of(self, item: StockItem) -> int:
        """The number of an item's location."""
        if item.location_id not in self.locations:
            self.locations[item.location_id] = item.location_name
            self.numbers.setdefault(item.location_id, -len(self.locations))
        return self.numbers[item.location_id]

    @property
    def names(self) -> dict[int, str]:
        """Their ids of the locations, by number."""
        return {number: external_id for external_id, number in self.numbers.items()}


def read_stock(run: Run, asked: Asked, stage: Stage, numbers: dict[str, int]) -> Answer:
    """Ask the provider and stage every row, a few thousand at a time.

    `numbers` are the locations we have: their id and our pk. Raises ProviderError; then nothing
    may be concluded.
    """
    answer, reader = Answer(dict(numbers)), Reader()
    lists_it = run.provider.lists_stock and asked.chosen is None
    wanted = None if lists_it else asked.items
    beaten = time.monotonic()
    with closing(ahead(run.provider.pull_stock(items=wanted), size=AHEAD)) as items:
        for chunk in in_chunks(_only_asked(items, asked)):
            reader.read(chunk, answer)
            run.count(processed=len(chunk))
            if time.monotonic() - beaten >= BEAT_S:
                run.beat()
                beaten = time.monotonic()
            if len(reader.plain) + len(reader.odd) >= LOADED:
                reader.load(stage)
    reader.load(stage)
    answer.may_collide = answer.may_collide or len(answer.kinds) > 1
    return answer


def in_chunks(
    items: Iterable[StockItem],
    most: int = COUNTED,
    every_s: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[list[StockItem]]:
    """A few hundred at a time, or what came within a second: progress is shown by them."""
    chunk: list[StockItem] = []
    began = clock()
    for item in items:
        chunk.append(item)
        if len(chunk) >= most or clock() - began >= every_s:
            yield chunk
            chunk, began = [], clock()
    if chunk:
        yield chunk


def _only_asked(items: Iterable[StockItem], asked: Asked) -> Iterable[StockItem]:
    """A system that answers with all it has was asked for some SKUs: the rest is not read."""
    keys = asked.keys
    if keys is None:
        return items
    return (item for item in items if normalize_sku(item.sku) in keys)


@dataclass
class Reader:
    """Items as rows of the stage: ordinary ones, matched by SKU, as short ones."""

    plain: list[tuple[Any, ...]] = field(default_factory=list)
    odd: list[Said] = field(default_factory=list)
    seen: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def load(self, stage: Stage) -> None:
        """Hand over what was read."""
        stage.load(self.plain, PLAIN)
        stage.load(self.odd, FULL)
        self.plain, self.odd = [], []

    def read(self, items: Sequence[StockItem], answer: Answer) -> None:
        """These loops are walked once for every SKU there is: what is rare is done elsewhere."""
        least, most, add = -MOST_UNITS, MOST_UNITS, self.plain.append
        here, here_id, place = self.seen[0], None, 0
        for item in items:
            answer.rows += 1
            sku, units = item.sku, item.available
            is_plain = type(units) is int and 0 <= units <= most and sku and sku.isprintable()
            if not is_plain or item.item_id or item.external_id:
                self._read_odd(item, answer)
                continue
            if item.location_id != here_id:
                here_id, place = item.location_id, answer.place_of(item)
                here = self.seen[place]
                answer.kinds.add(BY_SKU)
            if sku in here:
                answer.may_collide = True
            here.add(sku)
            on_hand, allocated, coming = item.on_hand, item.allocated, item.in_transit
            if on_hand is not None and not (type(on_hand) is int and least <= on_hand <= most):
                on_hand = None
            if allocated is not None and not (
                type(allocated) is int and least <= allocated <= most
            ):
                allocated = None
            if coming is not None and not (type(coming) is int and least <= coming <= most):
                coming = None
            add((answer.rows, sku, place, units, on_hand, allocated, coming))

    def _read_odd(self, item: StockItem, answer: Answer) -> None:
        row = _odd_row(item, answer)
        if row.key in self.seen[row.place]:
            answer.may_collide = True
        self.seen[row.place].add(row.key)
        self.odd.append(row)


def _odd_row(item: StockItem, answer: Answer) -> Said:
    sku, item_id, external_id = clean(item.sku), clean(item.item_id), clean(item.external_id)
    problem = unusable(item.available)
    key = item_id or external_id
    answer.kinds.add(BY_ID if key else BY_SKU)
    answer.has_negatives |= not problem and (item.available or 0) < 0
    return Said(
        answer.rows,
        key or sku,
        answer.place_of(item),
        None if problem else item.available,
        _plausible(item.on_hand),
        _plausible(item.allocated),
        _plausible(item.in_transit),
        BY_ID if key else BY_SKU,
        sku if key else None,
        external_id if item_id else None,
        problem or None,
    )


def unusable(available: Any) -> str:
    """Why this is not a number of units, or an empty string. A negative number is one."""
    if available is None:
        return "They gave no number; the last one stays."
    if type(available) is not int:  # True is an int to Python, not to us
        return f"{str(available)[:40]!r} is not a whole number; the last one stays."
    if abs(available) > MOST_UNITS:
        return f"{str(available)[:40]} units cannot be right; the last number stays."
    return ""


def _plausible(units: int | None) -> int | None:
    return units if type(units) is int and abs(units) <= MOST_UNITS else None
