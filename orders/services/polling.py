"""Asking about placed orders in turn: the longest unasked first, as many as a run has time for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.errors import BadResponse, ProviderError, Rejected, Retryable, Throttled
from integrations.services.runs import Run
from orders.models import PartnerOrder

Placed = PartnerOrder.Status
UNFINISHED = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED, Placed.SHIPPED]
AT_ONCE = 50
# The rest of its interval belongs to the other flows of the same worker.
SHARE = 0.6
USUAL_MINUTES = 30
MOST_BAD = 3  # in a row: then it is the system, not the orders

Ask = Callable[[list[str]], Iterator[Any]]


@dataclass
class Poll:
    """One run over the placed orders of a connection. `stamp` names the column that keeps when an
    order was last asked about: a run that stops in the middle goes on there."""

    run: Run
    stamp: str

    def waiting(self) -> QuerySet[PartnerOrder]:
        """The orders this run did not ask about yet, longest unasked first.

        Those of the request, where it names some: `orders` by our pk, `references` by ours.
        """
        unasked = Q(**{self.stamp: None}) | Q(**{f"{self.stamp}__lt": self.run.started_at})
        found = unfinished(self.run).filter(unasked)
        if chosen := self.run.params.get("orders"):
            found = found.filter(pk__in=chosen)
        if named := self.run.params.get("references"):
            found = found.filter(reference__in=named)
        return found.order_by(F(self.stamp).asc(nulls_first=True), "pk")

    def chunks(self) -> Iterator["Chunk"]:
        """The orders some at a time, until all were asked about or the time is over.

        Each time anew from the database: whoever a person asks about meanwhile comes next.
        """
        self.run.record.refresh_from_db(fields=["params"])  # more may have been asked for since
        self._say_unknown()
        ends = self._ends_at()
        while rows := list(self.waiting().only("reference", "external_id")[:AT_ONCE]):
            if timezone.now() >= ends:
                self._say_rest(self.waiting().count())
                return
            yield Chunk(self, rows)
            self.run.beat()

    def _ends_at(self) -> datetime:
        minutes = self.run.schedule.every_minutes or USUAL_MINUTES
        return self.run.started_at + timedelta(minutes=minutes) * SHARE

    def _say_rest(self, count: int) -> None:
        orders = "order waits" if count == 1 else "orders wait"
        self.run.note("", "skipped", f"{count:,} {orders} for the next run: the time was over.")

    def _say_unknown(self) -> None:
        named = self.run.params.get("references", ())
        known = unfinished(self.run).filter(reference__in=named).values_list("reference", flat=True)
        for reference in sorted(set(named) - set(known)):
            self.run.count(processed=1, failed=1)
            self.run.note(reference, "rejected", "No order that is placed here and not over.")


class Chunk:
    """Some orders that are asked about together; each is stamped once it was."""

    def __init__(self, poll: Poll, rows: Sequence[PartnerOrder]) -> None:
        self._poll, self._rows, self._done = poll, rows, 0

    @property
    def pks(self) -> list[int]:
        """Ours."""
        return [row.pk for row in self._rows]

    def asked(self, ask: Ask, id_of: Callable[[Any], str]) -> Iterator[Any]:
        """The answers, as they come. Orders left out of an answer were asked about, too.

        One that cannot be read is noted, and the others go on without it; the error is raised
        where it is the system: several in a row, or nobody could be read.
        """
        try:
            yield from self._together(ask, id_of)
        except (BadResponse, Rejected):
            yield from self._one_by_one(ask)

    def _together(self, ask: Ask, id_of: Callable[[Any], str]) -> Iterator[Any]:
        places = {row.external_id: at for at, row in enumerate(self._rows, start=1)}
        try:
            for answer in ask([row.external_id for row in self._rows]):
                self._done = max(self._done, places.get(id_of(answer), 0))
                yield answer
        except BaseException as error:
            self._stamp(self._rows[: self._done + _broke_down(error)])
            raise
        self._stamp(self._rows)

    def _one_by_one(self, ask: Ask) -> Iterator[Any]:
        """Those without an answer, each alone, so that nobody pays for another one."""
        good, bad, last = self._done, 0, None
        for row in self._rows[self._done :]:
            try:
                yield from ask([row.external_id])
                good, bad = good + 1, 0
            except (BadResponse, Rejected) as error:
                bad, last = bad + 1, error
                self._say_bad(row, error)
                if bad == MOST_BAD:
                    raise
            except Retryable as error:
                self._stamp([row] if _broke_down(error) else [])
                raise
            self._stamp([row])
        if last is not None and not good:
            raise last

    def _say_bad(self, row: PartnerOrder, error: ProviderError) -> None:
        self._stamp([row])
        self._poll.run.count(processed=1, failed=1)
        self._poll.run.note(row.reference, "rejected", str(error))

    def _stamp(self, rows: Sequence[PartnerOrder]) -> None:
        asked = PartnerOrder.objects.filter(pk__in=[row.pk for row in rows])
        # Never before the run began: it would ask about them again.
        asked.update(**{self._poll.stamp: max(timezone.now(), self._poll.run.started_at)})


def _broke_down(error: BaseException) -> bool:
    """Whether they failed at the next order, which then must not be the first one again."""
    return isinstance(error, Retryable) and not isinstance(error, Throttled)


def unfinished(run: Run) -> QuerySet[PartnerOrder]:
    """The orders placed at this connection that may still move."""
    placed = PartnerOrder.objects.filter(connection=run.connection, status__in=UNFINISHED)
    return placed.exclude(external_id="")
