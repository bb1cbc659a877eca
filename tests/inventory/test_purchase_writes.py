"""What an import of purchase orders writes, by the database's own counters, and in how many
statements."""

from collections import Counter

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import UnmatchedSku
from integrations.models import Connection, FlowSchedule, SyncChange, SyncRun
from integrations.services.runs import Run
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services import import_purchase_orders as importing
from inventory.services.import_purchase_orders import import_purchase_orders
from inventory.services.purchase_facts import OrderFacts
from tests.catalog.builders import NOW, make_run, make_variant
from tests.inventory.purchasing import Erp, line, make_erp, order, rows, stored, sync
from tests.inventory.test_concurrency import in_threads

# The flush after such a test takes what the migrations seeded; serialized_rollback brings it back.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
TABLES = (
    "inventory_purchaseorder", "inventory_purchaseorderline", "integrations_externalref",
    "catalog_unmatchedsku", "integrations_syncchange",
)  # fmt: skip
VERBS = ("INSERT", "UPDATE", "DELETE")
ORDERS = 60
WRITES = [(table, verb) for table in TABLES for verb in VERBS]


def count_writes() -> None:
    """SQLite has no counters: triggers of this connection note every row that is written."""
    if database.vendor == "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE noted (name text, verb text)")
        for table, verb in WRITES:
            cursor.execute(
                f"CREATE TEMP TRIGGER {table}_{verb} AFTER {verb} ON main.{table} "
                f"BEGIN INSERT INTO noted VALUES ('{table}', '{verb}'); END"
            )


def written() -> Counter[tuple[str, str]]:
    """Rows written so far, by table and verb."""
    with database.cursor() as cursor:
        if database.vendor != "postgresql":
            cursor.execute("SELECT name, verb FROM noted")
            return Counter(cursor.fetchall())
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables "
            "WHERE relname = ANY(%s)",
            [list(TABLES)],
        )
        counted = {name: numbers for name, *numbers in cursor.fetchall()}
    return Counter(
        {(name, verb): n for name, ns in counted.items() for verb, n in zip(VERBS, ns, strict=True)}
    )


def writes_of(run: Run) -> dict[tuple[str, str], int]:
    count_writes()
    before = written()
    import_purchase_orders(run)
    after = written()
    if database.vendor != "postgresql":
        database.close()  # the triggers go with it
    return {key: after[key] - before[key] for key in WRITES if after[key] != before[key]}


@pytest.fixture
def erp() -> Connection:
    make_variant("MUG")
    return make_erp()


def answer(changed: int = 0, size: int = ORDERS) -> list[object]:
    """Two lines each, one of a SKU nobody has; of the changed ones more mugs are ordered."""
    return [order(n, line(1, "MUG", 10 + (n < changed)), line(2, "GONE", 3)) for n in range(size)]


def test_an_unchanged_answer_writes_no_row_anywhere(erp: Connection) -> None:
    sync(erp, *answer())
    run = make_run(erp, "purchase_orders", Erp(answer()))
    assert writes_of(run) == {}
    assert run.record.unchanged == ORDERS


@pytest.mark.parametrize("changed", [1, 7])
def test_exactly_what_changed_is_written(erp: Connection, changed: int) -> None:
    sync(erp, *answer())
    run = make_run(erp, "purchase_orders", Erp(answer(changed)))
    found = writes_of(run)
    assert {key: found.pop(key, 0) for key in WRITES[:9] if key in found} == {
        ("inventory_purchaseorder", "UPDATE"): changed,
        ("inventory_purchaseorderline", "UPDATE"): changed,
        ("integrations_externalref", "UPDATE"): changed,
    }
    # One field each; the notes on their SKUs are written when the run ends.
    assert found.pop(("integrations_syncchange", "INSERT")) == changed
    assert set(found) == {("catalog_unmatchedsku", "UPDATE")}
    assert run.record.updated == changed


def test_the_number_of_statements_does_not_depend_on_the_size_of_a_chunk(erp: Connection) -> None:
    ContentType.objects.get_for_model(PurchaseOrder)
    counted = []
    for size in (20, 100):
        PurchaseOrder.objects.all().delete()
        UnmatchedSku.objects.all().delete()
        taken = []
        for said in (answer(0, size), answer(10, size), answer(10, size)):
            run = make_run(erp, "purchase_orders", Erp(said))
            with CaptureQueriesContext(database) as queries:
                import_purchase_orders(run)
            taken.append(len(queries))
        counted.append(taken)
    if database.vendor == "postgresql":  # SQLite takes only so many values in one statement
        assert counted[0] == counted[1]
    assert counted[0] == [26, 28, 11]


def test_two_runs_that_overlap_neither_deadlock_nor_store_an_order_twice(
    erp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one lease between them, which is worse than anything that can happen."""
    monkeypatch.setattr(importing, "CHUNK", 7)
    FlowSchedule.objects.create(connection=erp, flow="purchase_orders").take_lease(NOW, 10**9)
    for turn in range(6):
        one = run_beside(erp, answer(turn))
        other = run_beside(erp, answer(turn)[::-1])
        in_threads(
            lambda r=one: import_purchase_orders(r), lambda r=other: import_purchase_orders(r)
        )
        assert rows() == (ORDERS, 2 * ORDERS, ORDERS)
        mugs = PurchaseOrderLine.objects.filter(sku="MUG").values_list("ordered", flat=True)
        assert sorted(mugs) == [10] * (ORDERS - turn) + [11] * turn
    assert len(stored()) == ORDERS
    changes = SyncChange.objects.filter(field__startswith="ordered:")
    assert changes.count() == turn


def test_long_orders_make_short_chunks(erp: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_LINES", 5)
    sizes = []
    take = importing._take_chunk

    def sized(work: importing.Import, chunk: list[OrderFacts]) -> None:
        sizes.append(len(chunk))
        take(work, chunk)

    monkeypatch.setattr(importing, "_take_chunk", sized)
    sync(erp, *answer(size=8))
    assert (sizes, rows()) == ([3, 3, 2], (8, 16, 8))


def run_beside(connection: Connection, said: list[object]) -> Run:
    schedule = FlowSchedule.objects.get(connection=connection, flow="purchase_orders")
    record = SyncRun.objects.create(
        connection=connection, flow="purchase_orders", trigger="command", status="completed"
    )
    return Run(record, connection, schedule, Erp(said), NOW, {})
