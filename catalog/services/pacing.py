"""Signs of life of a run while it reads a long answer."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from integrations.services.runs import Run

T = TypeVar("T")


def with_beats(
    items: Iterable[T],
    run: Run,
    every_s: float = 5.0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The same items; between them the run says it is alive, at most every `every_s` seconds.

    Raises LeaseLost as soon as another worker took the flow over.
    """
    last = clock()
    for item in items:
        if clock() - last >= every_s:
            run.beat()
            last = clock()
        yield item
