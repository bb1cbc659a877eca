"""Asking about placed orders in turn: the longest unasked first, as many as a run has time for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from integrations.services.runs import Run
from orders.models import PartnerOrder

Placed = PartnerOrder.Status
UNFINISHED = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED, Placed.SHIPPED]
AT_ONCE = 50
# The rest of its interval belongs to the other flows of the same worker.
SHARE = 0.6
USUAL_MINUTES = 30


@dataclass
class Poll:
    """One run over the placed orders of a connection. `stamp` names the column that keeps when an
    order was last asked about: a run that stops in the middle goes on there."""

    run: Run
    stamp: str

    def rows(self) -> list[tuple[int, str]]:
        """(pk, their id) of the orders to ask about; those of the request, where it names some."""
        found = unfinished(self.run)
        if chosen := self.run.params.get("orders"):
            found = found.filter(pk__in=chosen)
        order = F(self.stamp).asc(nulls_first=True)
        return list(found.order_by(order, "pk").values_list("pk", "external_id"))

    def chunks(self) -> Iterator["Chunk"]:
        """The orders some at a time, until all were asked about or the time is over."""
        rows, ends = self.rows(), self._ends_at()
        for start in range(0, len(rows), AT_ONCE):
            if timezone.now() >= ends:
                self._say_rest(len(rows) - start)
                return
            yield Chunk(self, rows[start : start + AT_ONCE])
            self.run.beat()

    def _ends_at(self) -> datetime:
        minutes = self.run.schedule.every_minutes or USUAL_MINUTES
        return self.run.started_at + timedelta(minutes=minutes) * SHARE

    def _say_rest(self, count: int) -> None:
        orders = "order waits" if count == 1 else "orders wait"
        self.run.note("", "skipped", f"{count:,} {orders} for the next run: the time was over.")


class Chunk:
    """Some orders that are asked about together; each is stamped once it was."""

    def __init__(self, poll: Poll, rows: Sequence[tuple[int, str]]) -> None:
        self._poll, self._rows = poll, rows
        self._pks = {external_id: pk for pk, external_id in rows}

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [external_id for _, external_id in self._rows]

    @property
    def pks(self) -> list[int]:
        """Ours."""
        return [pk for pk, _ in self._rows]

    def asked(self, answers: Iterator[Any], id_of: Callable[[Any], str]) -> Iterator[Any]:
        """The answers, as they come. After an error those that came are stamped, with all before
        them: one that is left out was asked about, too. At a good end all are."""
        last = -1
        places = {external_id: at for at, external_id in enumerate(self.ids)}
        try:
            for answer in answers:
                last = max(last, places.get(id_of(answer), -1))
                yield answer
        except BaseException:
            self._stamp(self.pks[: last + 1])
            raise
        self._stamp(self.pks)

    def _stamp(self, pks: Sequence[int]) -> None:
        PartnerOrder.objects.filter(pk__in=pks).update(**{self._poll.stamp: timezone.now()})


def unfinished(run: Run) -> QuerySet[PartnerOrder]:
    """The orders placed at this connection that may still move."""
    placed = PartnerOrder.objects.filter(connection=run.connection, status__in=UNFINISHED)
    return placed.exclude(external_id="")
