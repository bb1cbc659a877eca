"""Partners fail and workers are killed: every unit is at its partner exactly once.

A short round of what `make chaos` does; the driver and the judge are in tests/e2e/chaos.
"""

from pathlib import Path

import pytest
from django.db import connection

from tests.e2e.chaos.plan import IMMEDIATE, WEEKLY_APPEND, Plan
from tests.e2e.chaos.running import prepared
from tests.e2e.conftest import open_questions

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SHORT = Plan(
    orders=24, kills=5, seed=7, buying_s=8, kill_every_s=1.5, tick_s=3, settle_s=420,
    power_cut=True, dispatch=(IMMEDIATE,) * 3 + (WEEKLY_APPEND,) * 2,
)  # fmt: skip


def test_nothing_lost_nothing_doubled_nothing_unsent(tmp_path: Path) -> None:
    assert connection.vendor == "postgresql", "End-to-end tests run with `make test-postgres`."
    with prepared(SHORT, tmp_path) as chaos:
        verdict = chaos.run()
        print(chaos.report())
        print(chaos.stack.tail())
        print(*open_questions(), sep="\n")
    assert verdict.findings == []
    assert (verdict.lost, verdict.doubled, verdict.unsent) == (0, 0, 0)
    assert verdict.partner_orders > SHORT.orders // 2  # of two partners a week is one order
    workers = {name: n for name, n in chaos.workers.kills.items() if " " in name}
    assert sum(workers.values()) == SHORT.kills, "of a cluster, or of one of its processes"
