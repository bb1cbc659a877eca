"""A chaos round with everything it needs around it: settings, processes, and their end."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.test import override_settings

from tests.e2e.chaos.plan import Plan
from tests.e2e.chaos.storm import Round
from tests.e2e.chaos.workers import Workers
from tests.e2e.stack import API_KEY, API_SECRET, sandbox_alone, wait_until_up


@contextmanager
def prepared(plan: Plan, folder: Path, **env: str) -> Iterator[Round]:
    """A round ready to run on the database of this process; every process ends with the block."""
    stack = sandbox_alone(folder, BREAKER_COOL_S="3", **env)
    rng = random.Random(plan.seed)
    workers = Workers(stack, rng)
    try:
        workers.start()
        here = {
            "SANDBOX_URL": stack.sandbox_url,
            "BASE_URL": stack.portal_url,
            "ALLOW_PRIVATE_HOSTS": True,
            "SHOPIFY_API_KEY": API_KEY,
            "SHOPIFY_API_SECRET": API_SECRET,
        }
        with override_settings(**here):
            wait_until_up(stack)
            yield Round(plan, stack, workers, rng)
    finally:
        workers.stop()
        stack.stop()
