"""The only place that computes what we may sell.

Sellable = what partners we may route to say is available, minus open reservations, minus the
buffer, never below 0. Their numbers are StockLevels, our holds Reservations.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from catalog.models import Partner, Variant
from integrations.models.connection import ConnectionStatus, StalePolicy, StockAuthority
from inventory.models import Location, Reservation, StockLevel

CHUNK = 5000


@dataclass(frozen=True)
class Source:
    """What one location says it has, and what of it counts (0 while its number is too old)."""

    partner: str
    location: str
    available: int
    counted: int
    as_of: datetime | None = None
    is_stale: bool = False


@dataclass(frozen=True)
class Explanation:
    """How the sellable number of a variant comes about; all numbers are units."""

    sources: tuple[Source, ...]
    held: int
    buffer: int
    sellable: int
    shortfall: int

    @property
    def sentence(self) -> str:
        """The arithmetic in one sentence for staff."""
        if not self.sources:
            return f"No partner that may be used has a number for it{self._held}: 0 to sell."
        said = ", ".join(_say(source) for source in self.sources)
        kept = f", {self.buffer} kept as buffer" if self.buffer else ""
        return f"{said}{self._held}{kept}: {self.sellable} to sell."

    @property
    def _held(self) -> str:
        if not self.held:
            return ""
        return f", {self.held} held by orders not yet in their number"


def _say(source: Source) -> str:
    if source.available != source.counted:
        why = "too old" if source.is_stale else "below zero"
        return f"{source.partner} says {source.available} (counted as 0, {why})"
    return f"{source.partner} says {source.available}"


@dataclass
class _Sum:
    """One variant: what each partner's locations count for, and that partner's buffer."""

    own_buffer: int | None = None
    counted: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    buffers: dict[int, int] = field(default_factory=dict)
    held: int = 0

    @property
    def available(self) -> int:
        return sum(self.counted.values())

    @property
    def buffer(self) -> int:
        """The variant's own buffer, else each partner's, at most what that partner has."""
        if self.own_buffer is not None:
            return self.own_buffer
        return sum(min(self.counted[p], buffer) for p, buffer in self.buffers.items())

    @property
    def sellable(self) -> int:
        return max(0, self.available - self.held - self.buffer)


def sellable(variant: Variant, now: datetime | None = None) -> int:
    """Units of this variant we may sell now."""
    return sellable_many([variant.pk], now)[variant.pk]


def sellable_many(variant_ids: Iterable[int], now: datetime | None = None) -> dict[int, int]:
    """Units we may sell now, for each of these variants: two queries per 5,000 of them."""
    found = {}
    for chunk in _chunks(variant_ids):
        for variant_id, total in _sums(chunk, now or timezone.now()).items():
            found[variant_id] = total.sellable
    return found


def shortfall(variant: Variant, now: datetime | None = None) -> int:
    """Units that are held but not there: how much partners' stock is short of what we promised."""
    return shortfalls([variant.pk], now)[variant.pk]


def shortfalls(variant_ids: Iterable[int], now: datetime | None = None) -> dict[int, int]:
    """`shortfall` for many variants. The buffer may be used to serve what was already sold."""
    found = {}
    for chunk in _chunks(variant_ids):
        for variant_id, total in _sums(chunk, now or timezone.now()).items():
            found[variant_id] = max(0, total.held - total.available)
    return found


def balances(
    variant_ids: Iterable[int], *, trust_stale: bool = False
) -> dict[tuple[int, int | None], int]:
    """Per (variant, partner's connection; None: our shelf): units there that nobody holds.

    Below zero: so many more are held than there are. Stock that may not be sold counts as none,
    the buffer may be used. What has neither stock nor holds is left out. `trust_stale`: a number
    that is too old to be sold by counts all the same.
    """
    ids = sorted(set(variant_ids))
    found: dict[tuple[int, int | None], int] = defaultdict(int)
    connections = dict(Partner.objects.values_list("pk", "connection"))
    now = timezone.now()
    for row in _level_rows(ids):
        found[row.variant_id, connections[row.partner_id]] += (
            max(0, row.available) if trust_stale else row.counted(now)
        )
    held = open_reservations().filter(variant__in=ids).order_by()
    for variant, connection, units in held.values_list("variant", "connection", "quantity"):
        found[variant, connection] -= units
    return dict(found)


def is_open(reservation: Reservation) -> bool:
    """True while these units are not yet in the partner's own number."""
    return open_reservations().filter(pk=reservation.pk).exists()


def true_as_of() -> Case:
    """When a level's number was last said: what its location's last snapshot did not say is older,
    what a run has written since is newer."""
    doubted = Q(missing_since__isnull=False) | Q(rejected_since__isnull=False)
    newest = Greatest("as_of", Coalesce("location__as_of", "as_of"))
    return Case(When(doubted, then=F("as_of")), default=newest, output_field=DateTimeField())


def open_reservations() -> QuerySet[Reservation]:
    """Not released, and not accepted or accepted after the partner's last snapshot began.

    A snapshot that began before the partner accepted the order may not hold it yet, so both the
    oldest number of the variant at a serving location and an unknown age count as not past it.
    """
    serving = Location.objects.filter(
        connection=OuterRef("connection"), serves=True, archived_at=None
    )
    level = StockLevel.objects.filter(
        location=OuterRef("pk"), variant=OuterRef(OuterRef("variant"))
    )
    said = Subquery(level.annotate(said=true_as_of()).values("said")[:1])
    dated = serving.annotate(said=Coalesce(said, "as_of"))
    oldest = dated.order_by(F("said").asc(nulls_first=True)).values("said")[:1]
    snapshot = Subquery(oldest, output_field=DateTimeField())
    held = Reservation.objects.filter(released_at=None).annotate(snapshot=snapshot)
    return held.filter(Q(accepted_at=None) | Q(snapshot=None) | Q(snapshot__lte=F("accepted_at")))


def explain(variant: Variant, now: datetime | None = None) -> Explanation:
    """The numbers behind `sellable`, for the stock page."""
    now = now or timezone.now()
    total = _sums([variant.pk], now)[variant.pk]
    names = dict(Partner.objects.values_list("pk", "name"))
    rows = list(_level_rows([variant.pk]))
    sources = tuple(
        Source(
            partner=names[row.partner_id],
            location=row.location,
            available=row.available,
            counted=row.counted(now),
            as_of=row.as_of,
            is_stale=row.is_stale(now),
        )
        for row in rows
    )
    return Explanation(
        sources=sources,
        held=total.held,
        buffer=total.buffer,
        sellable=total.sellable,
        shortfall=max(0, total.held - total.available),
    )


@dataclass(frozen=True, slots=True)
class _LevelRow:
    variant_id: int
    own_buffer: int | None
    available: int
    location: str
    as_of: datetime | None
    partner_id: int
    buffer: int
    stale_policy: str
    stale_after_h: int

    def is_stale(self, now: datetime) -> bool:
        """Only where staff chose to publish 0 for numbers that are too old."""
        if self.stale_policy != StalePolicy.ZERO:
            return False
        return self.as_of is None or self.as_of < now - timedelta(hours=self.stale_after_h)

    def counted(self, now: datetime) -> int:
        return 0 if self.is_stale(now) else max(0, self.available)


def _sums(variant_ids: Sequence[int], now: datetime) -> dict[int, _Sum]:
    sums = {variant_id: _Sum() for variant_id in variant_ids}
    for row in _level_rows(variant_ids):
        total = sums[row.variant_id]
        total.own_buffer = row.own_buffer
        total.counted[row.partner_id] += row.counted(now)
        total.buffers[row.partner_id] = row.buffer
    held = open_reservations().filter(variant__in=variant_ids).values_list("variant")
    for variant_id, units in held.annotate(Sum("quantity")).order_by():
        sums[variant_id].held = units
    return sums


def _level_rows(variant_ids: Sequence[int]) -> Iterator[_LevelRow]:
    """Levels that count: live serving locations of our shelf or of a partner we may route to.

    Our own store has no partner, so its location never serves; `observe` is shown, never counted.
    """
    shelf = Partner.objects.filter(code="us", archived_at=None)
    theirs = Q(
        location__connection__stock_authority=StockAuthority.MIRROR,
        location__connection__partner__archived_at=None,
        location__connection__partner__isnull=False,
    ) & ~Q(location__connection__status=ConnectionStatus.ARCHIVED)
    ours = Q(Exists(shelf), location__connection=None)
    levels = StockLevel.objects.filter(
        theirs | ours,
        variant__in=variant_ids,
        location__serves=True,
        location__archived_at=None,
    )
    columns = (
        "variant_id", "variant__buffer", "available", "location__name", "said",
        "location__connection__partner", "location__connection__partner__buffer",
        "location__connection__stale_policy", "location__connection__stale_after_h",
    )  # fmt: skip
    ids, buffers = shelf.values("pk")[:1], shelf.values("buffer")[:1]
    levels = levels.annotate(said=true_as_of(), shelf=Subquery(ids), kept=Subquery(buffers))
    for *row, shelf_id, kept in levels.order_by("pk").values_list(*columns, "shelf", "kept"):
        of_partner = row[5:] if row[5] is not None else (shelf_id, kept, StalePolicy.KEEP, 0)
        yield _LevelRow(*row[:5], *of_partner)


def _chunks(variant_ids: Iterable[int]) -> Iterator[list[int]]:
    ids = iter(dict.fromkeys(variant_ids))
    while chunk := list(islice(ids, CHUNK)):
        yield chunk
