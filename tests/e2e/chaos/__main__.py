"""`make chaos`: the long round on a PostgreSQL database of its own; fails unless 0, 0, 0."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import django
from django.db import OperationalError, connection

ORDERS_PER_S = 5
LOG = Path(tempfile.gettempdir()) / "crossdock-chaos"


def main() -> int:
    """Exit code 0 if nothing was lost, doubled or left unsent."""
    asked = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if connection.vendor != "postgresql":
        print("Say where a PostgreSQL server is: DATABASE_URL=postgres://user@host/postgres")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    connection.settings_dict["TEST"]["NAME"] = f"crossdock_chaos_{os.getpid()}"
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    except OperationalError as exc:
        print(f"The PostgreSQL server cannot be used: {exc}")
        return 2
    try:
        return run(asked)
    finally:
        connection.creation.destroy_test_db("", verbosity=0)


def run(asked: argparse.Namespace) -> int:
    """The round itself; its logs stay where nobody looks unless it failed."""
    from tests.e2e.chaos.plan import IMMEDIATE, WEEKLY_APPEND, Plan
    from tests.e2e.chaos.running import prepared

    weekly = (WEEKLY_APPEND,) * asked.weekly
    plan = Plan(
        orders=asked.orders,
        kills=asked.kills,
        seed=asked.seed,
        buying_s=asked.orders / ORDERS_PER_S,
        dispatch=(IMMEDIATE,) * (asked.partners - asked.weekly) + weekly,
    )
    folder = LOG / f"seed-{plan.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    peer = {"DJANGO_SETTINGS_MODULE": "tests.e2e.chaos.blind_settings"} if asked.blind else {}
    with prepared(plan, folder, **peer) as chaos:
        verdict = chaos.run()
        print("Blind retry:" if asked.blind else "Crossdock:", chaos.report(), flush=True)
    if verdict.is_clean or asked.blind:
        return 0
    print(f"The logs are in {folder}.")
    return 1


def arguments() -> argparse.Namespace:
    """How large the round is."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--partners", type=int, default=5)
    parser.add_argument("--weekly", type=int, default=0, help="partners that get weekly orders")
    parser.add_argument("--blind", action="store_true", help="the peer instead: blind retry")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
