"""kill -9 of the worker in the middle of a stock run (P3), in a process of its own."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from catalog.models import Partner
from integrations.models import SyncRun
from integrations.services import runs
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.ticks import sweep
from integrations.types import RemoteItem, StockItem
from inventory.models import Location, StockChange, StockLevel
from inventory.services import apply_stock as applying
from inventory.services.stage import Stage
from inventory.services.write_levels import Stamp
from inventory.services.write_staged import update_staged
from tests.catalog.builders import PartnerShop, make_partner
from tests.inventory.builders import many_imported

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PAGES, SIZE = 20, 5


class PagedShop(PartnerShop):
    """Twenty pages of five; `die_at` is the page that never comes."""

    die_at = 0
    units = 10

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: object = None
    ) -> Iterator[StockItem]:
        for page in range(1, PAGES + 1):
            if page == self.die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            for number in range((page - 1) * SIZE, page * SIZE):
                yield StockItem(f"S{number}", self.units, item_id=f"I{number}", location_id="L")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> PagedShop:
    shop = PagedShop()
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: shop)
    return shop


@pytest.fixture
def partner(shop: PagedShop) -> Partner:
    partner = make_partner()
    many_imported(partner, PAGES * SIZE)
    assert run_flow(ask(partner).pk) == "completed"
    return partner


def ask(partner: Partner) -> SyncRun:
    assert partner.connection
    return request_run(partner.connection, "stock", trigger="staff")[0]


def in_a_worker_that_dies(work: Callable[[], object]) -> None:
    connections.close_all()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def recovered(killed: SyncRun) -> SyncRun:
    """Four minutes later: the dead run is named, and the flow runs once more by itself."""
    sweep(timezone.now() + timedelta(minutes=4))
    killed.refresh_from_db()
    assert (killed.status, killed.reason) == ("interrupted", "silent")
    again = SyncRun.objects.latest("pk")
    assert again.pk != killed.pk
    assert run_flow(again.pk) == "completed"
    again.refresh_from_db()
    return again


def spread() -> dict[int, int]:
    units = list(StockLevel.objects.values_list("available", flat=True))
    return {number: units.count(number) for number in set(units)}


def test_killed_in_page_7_of_20_nothing_is_zeroed_and_the_next_run_repeats(
    partner: Partner, shop: PagedShop
) -> None:
    shop.units, shop.die_at = 8, 7
    as_of = Location.objects.get(connection=partner.connection).as_of
    run = ask(partner)
    in_a_worker_that_dies(lambda: run_flow(run.pk))
    assert SyncRun.objects.get(pk=run.pk).status == "running"
    assert spread() == {10: 100}
    assert not StockLevel.objects.exclude(missing_since=None).exists()
    assert Location.objects.get(connection=partner.connection).as_of == as_of
    shop.die_at = 0
    recovered(run)
    assert spread() == {8: 100}


def test_killed_between_two_chunks_what_is_written_stays_and_the_rest_follows(
    partner: Partner, shop: PagedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.units = 8
    as_of = Location.objects.get(connection=partner.connection).as_of
    run = ask(partner)
    written: list[int] = []

    def write_once(stage: Stage, span: tuple[int, int], stamp: Stamp) -> None:
        if written:
            os.kill(os.getpid(), signal.SIGKILL)
        written.append(span[0])
        update_staged(stage, span, stamp)

    with monkeypatch.context() as patch:
        patch.setattr(applying, "CHUNK", 40)
        patch.setattr(applying, "update_staged", write_once)
        in_a_worker_that_dies(lambda: run_flow(run.pk))
    assert spread() == {8: 40, 10: 60}
    assert StockChange.objects.filter(run=run).count() == 40
    assert Location.objects.get(connection=partner.connection).as_of == as_of
    again = recovered(run)
    assert spread() == {8: 100}
    assert (again.updated, again.unchanged) == (60, 40)
    for level in StockLevel.objects.all():
        changes = level.changes.order_by("pk")
        assert sum(c.after - (c.before or 0) for c in changes) == level.available
