"""Two stock runs of the same SKUs at the same moment, as a lost lease would let them."""

import random

import pytest

from integrations.errors import BadResponse
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.runs import Run
from integrations.types import StockItem
from inventory.models import Location, StockChange, StockLevel
from inventory.services import apply_stock as applying
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import NOW, make_partner
from tests.inventory.builders import many_imported
from tests.inventory.test_concurrency import in_threads
from tests.inventory.test_match_stock import Erp

# The flush after such a test takes what the migrations seeded; serialized_rollback brings it back.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SKUS, ROUNDS = 600, 20


def run_of(connection: Connection, seed: int, units: int) -> Run:
    """A run whose answer has all SKUs in an order of its own."""
    shop = Erp()
    shop.items = [StockItem(f"S{n}", units, item_id=f"I{n}") for n in range(SKUS)]
    random.Random(seed).shuffle(shop.items)
    schedule = FlowSchedule.objects.get(connection=connection, flow="stock")
    record = SyncRun.objects.create(
        connection=connection, flow="stock", trigger="command", status="completed"
    )
    return Run(record, connection, schedule, shop, NOW, {})


def test_overlapping_runs_never_deadlock_and_the_ledger_adds_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 100)
    connection = make_partner().connection
    assert connection
    many_imported(connection.partner, SKUS)
    Location.objects.create(connection=connection, external_id="", name="Main")
    FlowSchedule.objects.create(connection=connection, flow="stock").take_lease(NOW, 10**9)
    sync_stock(run_of(connection, 0, 50))
    for turn in range(ROUNDS):
        ours = run_of(connection, 2 * turn, 51 + turn % 2)
        theirs = run_of(connection, 2 * turn + 1, 53 + turn % 2)
        in_threads(lambda run=ours: sync_stock(run), lambda run=theirs: sync_stock(run))
    assert StockLevel.objects.count() == SKUS
    for level in StockLevel.objects.prefetch_related("changes"):
        lines = sorted(level.changes.all(), key=lambda line: line.pk)
        assert sum(line.after - (line.before or 0) for line in lines) == level.available


def test_an_answer_that_breaks_off_leaves_no_scratch_table_in_the_way() -> None:
    connection = make_partner().connection
    assert connection
    many_imported(connection.partner, SKUS)
    FlowSchedule.objects.create(connection=connection, flow="stock").take_lease(NOW, 10**9)
    run = run_of(connection, 1, 50)
    run.provider.pull_stock = lambda items: (_ for _ in [1]).throw(BadResponse("Cut short."))
    with pytest.raises(BadResponse):
        sync_stock(run)
    assert not StockChange.objects.exists()
    sync_stock(run_of(connection, 1, 50))
    assert StockLevel.objects.count() == SKUS
