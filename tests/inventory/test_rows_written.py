"""What a run writes, by the database's own counters (PostgreSQL) or by triggers (SQLite)."""

from collections import Counter

import pytest
from django.db import connection as database

from catalog.models import Partner
from integrations.types import StockItem
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import PartnerShop, counts_of, make_partner, make_run
from tests.inventory.builders import many_imported, sync

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
TABLES = ("inventory_stocklevel", "inventory_stockchange")
SKUS = 500


def count_writes() -> None:
    """SQLite has no counters: triggers of this connection note every row that is written."""
    if database.vendor == "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE noted (name text)")
        for table in TABLES:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TEMP TRIGGER {table}_{verb} AFTER {verb} ON main.{table} "
                    f"BEGIN INSERT INTO noted VALUES ('{table}'); END"
                )


def written() -> dict[str, int]:
    """Rows inserted, updated or deleted so far, by table."""
    with database.cursor() as cursor:
        if database.vendor != "postgresql":
            cursor.execute("SELECT name FROM noted")
            return Counter(name for (name,) in cursor.fetchall())
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables "
            "WHERE relname = ANY(%s)",
            [list(TABLES)],
        )
        return dict(cursor.fetchall())


def answer(changed: int) -> list[StockItem]:
    return [StockItem(f"S{n}", 10 + (n < changed), item_id=f"I{n}") for n in range(SKUS)]


@pytest.fixture
def partner() -> Partner:
    partner = make_partner()
    many_imported(partner, SKUS)
    sync(partner, PartnerShop(), answer(0))
    return partner


@pytest.mark.parametrize("changed", [0, 10, SKUS])
def test_exactly_what_changed_is_written(partner: Partner, changed: int) -> None:
    assert partner.connection
    run = make_run(partner.connection, "stock", PartnerShop(stock=answer(changed)))
    count_writes()
    before = written()
    sync_stock(run)
    after = written()
    if database.vendor != "postgresql":
        database.close()  # the triggers go with it
    assert {name: after[name] - before[name] for name in TABLES} == dict.fromkeys(TABLES, changed)
    assert run.record.updated == changed
    assert counts_of(run)["processed"] == SKUS
