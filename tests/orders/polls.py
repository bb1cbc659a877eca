"""A poll by a clock of its own, and warehouses that answer well or badly."""

from datetime import datetime, timedelta
from typing import Any

from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.services.call_slots import CallSlots
from integrations.services.runs import Run
from integrations.types import OrderState
from orders import flows
from orders.models import PartnerOrder
from orders.services import polling
from tests.catalog.builders import make_run
from tests.orders.builders import NOW

GAP_S, EVERY_MINUTES = 0.5, 5


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.at = NOW
        self.calls: list[datetime] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Slow:
    """A warehouse that allows two calls a second; each order costs one."""

    def __init__(self, clock: Clock, slots: CallSlots) -> None:
        self.clock, self.slots, self.asked = clock, slots, []

    def pull_order_status(self, orders, since=None):
        for order_id in orders:
            self.slots.take()
            self.clock.calls.append(self.clock.at)
            self.asked.append(order_id)
            yield OrderState(order_id, "confirmed", "exported")


def many(warehouse, count: int) -> None:
    PartnerOrder.objects.bulk_create(
        PartnerOrder(
            partner=warehouse,
            connection=warehouse.connection,
            reference=f"CD-{number:010d}",
            external_id=str(number),
            status="confirmed",
            status_raw="exported",
            ship_to="customer",
            currency="USD",
            closed_at=NOW,
        )
        for number in range(count)
    )


def poll(
    connection: Connection,
    provider: Any,
    clock: Clock,
    monkeypatch: Any,
    flow: str = "order_status",
    **params: Any,
) -> Run:
    """One run of the flow, by this clock."""
    run = make_run(connection, flow, provider, **params)
    run.started_at = clock.at
    run.schedule.every_minutes = EVERY_MINUTES
    monkeypatch.setattr(polling.timezone, "now", clock.now)
    {"order_status": flows.pull_order_status, "shipments": flows.pull_shipments}[flow](run)
    return run


class OneBad:
    """A system that answers about every order but some, always in the same way."""

    def __init__(self, bad: set[str], error: ProviderError) -> None:
        self.bad, self.error, self.asked = bad, error, []

    def pull_order_status(self, orders, since=None):
        for order_id in orders:
            self.asked.append(order_id)
            if order_id in self.bad:
                raise self.error
            yield OrderState(order_id, "picking", "picking")
