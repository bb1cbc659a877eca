"""Stock runs of 1,000, 10,000 and 100,000 SKUs at 0, 2 and 100 % changed: ours, peers, the limit.

Run by `make bench`; DATABASE_URL chooses the server, a scratch database is made there. SIZES and
ROUNDS (environment) make it smaller. Ours is the whole stock run after the network: matching by
SKU, checking, comparing, the brake, levels, ledger. Every method must leave exactly the wanted
numbers, or the benchmark stops. Each cell runs in a process of its own, forked after a CHECKPOINT.
"""

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
os.environ.setdefault("CREDENTIAL_KEYS", "bench:" + "A" * 43 + "=")

import django

django.setup()

from django.db import connection  # noqa: E402

from benchmarks.stock import limits, peers, scene  # noqa: E402
from benchmarks.stock.cell import Cell, in_a_child  # noqa: E402
from benchmarks.stock.scene import Scene  # noqa: E402

SIZES = [int(size) for size in os.environ.get("SIZES", "1000,10000,100000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SHARES = (0.0, 0.02, 1.0)
# What a method finishes in a minute; more is extrapolated from the largest size it can do.
Method = Callable[[Scene, dict[str, int]], Callable[[], object]]
METHODS: tuple[tuple[str, str, int, Method], ...] = (
    ("database limit", "yes", 10**9, limits.database_limit),
    ("Crossdock stock run", "yes", 10**9, peers.stock_run),
    ("bulk_create upsert", "no", 10**9, peers.bulk_upsert),
    ("update_or_create", "no", 1_000, peers.one_by_one),
    ("django-import-export", "no", 1_000, peers.import_export),
)


def measure(method: Method, here: Scene, share: float) -> Cell:
    """The median of some rounds, each in a child process that starts from the same numbers."""
    cells = []
    for number in range(ROUNDS):
        scene.prepare(here)
        wanted = scene.changed(here, share, number + 1)
        cells.append(in_a_child(lambda here=here, wanted=wanted: method(here, wanted)))
        scene.expect(here, wanted)
    cells.sort(key=lambda cell: cell.seconds)
    return cells[len(cells) // 2]._replace(seconds=statistics.median(c.seconds for c in cells))


def compare_methods(size: int) -> None:
    """One table."""
    print(f"\n{size:,} SKUs", flush=True)
    heads = [f"{share:.0%} changed: s (x limit) rows WAL mem" for share in SHARES]
    print(f"{'method':22}{'ledger':>7}" + "".join(f"{head:>46}" for head in heads))
    limit: list[float] = []
    built: dict[int, Scene] = {}
    for name, ledger, most, method in METHODS:
        done = min(size, most)
        if done not in built:
            built = {done: scene.build(done)}
        cells = [measure(method, built[done], share) for share in SHARES]
        times = [cell.seconds * size / done for cell in cells]
        limit = limit or times
        shown = [
            f"{t:.3f} ({t / base:.2f}x) {cell.rows} {cell.wal} {cell.memory}"
            for t, base, cell in zip(times, limit, cells, strict=True)
        ]
        mark = "" if done == size else f" *{done:,}"
        line = f"{name + mark:22}{ledger:>7}" + "".join(f"{text:>46}" for text in shown)
        print(line, flush=True)


def main() -> None:
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        scene.introduce(ROUNDS)
        for size in SIZES:
            compare_methods(size)
        print(
            "\nrows: of levels and ledger written; WAL in MB; mem: peak MB beyond the items.\n"
            "*1,000: measured with so many SKUs and extrapolated."
        )
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
