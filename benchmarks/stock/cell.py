"""One measurement in a process of its own: seconds, rows written, WAL, memory."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.db import connection

MB = 1024 * 1024
TABLES = ("inventory_stocklevel", "inventory_stockchange")


class Cell(NamedTuple):
    """Seconds; rows inserted or updated; MB of WAL; peak MB beyond what was there at the start."""

    seconds: float
    rows: str
    wal: str
    memory: str


def in_a_child(prepare: Callable[[], Callable[[], object]]) -> Cell:
    """Fork, prepare, measure the work, and hand the figures back."""
    connection.close()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.write(writing, json.dumps(_measure(prepare())).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return Cell(*json.loads(text))


def _measure(work: Callable[[], object]) -> Cell:
    rows, wal = _rows(), _wal()
    _forget_peak()
    before = _kilobytes("VmRSS")
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = _kilobytes("VmHWM") - before
    connection.close()
    time.sleep(0.05)
    return Cell(
        seconds,
        f"{_rows() - rows:,}" if rows is not None else "-",
        f"{(_wal() - wal) / MB:.2f}" if wal is not None else "-",
        f"{peak / 1024:.0f}",
    )


def _rows() -> int | None:
    """Rows inserted or updated so far, by the database's own counters."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT SUM(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables WHERE relname = ANY(%s)",
            [list(TABLES)],
        )
        return int(cursor.fetchone()[0])


def _wal() -> int | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int(cursor.fetchone()[0])


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
