"""Many callers at the same moment, each with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(number: int, call: Callable[[int], T]) -> list[T]:
    """What `call(0)` .. `call(number - 1)` return when all start together; errors are raised."""
    gate = threading.Barrier(number)

    def run(index: int) -> T:
        try:
            gate.wait()
            return call(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))
