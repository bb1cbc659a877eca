"""What a helper thread leaves to the thread that waits for it: everything with the database.

Pages are read in threads so that the network and the database work at the same time. A database
connection belongs to one thread, and only that thread's transaction sees what it wrote: so a helper
hands over what touches it, and whoever reads its results does it between two of them.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_thread = threading.local()


class Closed(Exception):
    """Nobody waits for this helper any more: it stops."""


class Desk:
    """Where the helpers of one owner hand over work. The owner serves it while it waits."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False

    @contextmanager
    def helper(self) -> Iterator[None]:
        """In a helper thread: inside, `tell` and `ask` hand over to this desk."""
        _thread.desk = self
        try:
            yield
        finally:
            _thread.desk = None

    def tell(self, work: Callable[[], object]) -> None:
        """For helpers: to be done by the owner; nothing is waited for. Never refused."""
        self._queue.put(lambda: tell(work))

    def ask(self, work: Callable[[], T]) -> T:
        """For helpers: done by the owner, whose answer or error comes back. Raises Closed."""
        answer: Future[T] = Future()
        with self._lock:
            if self._is_closed:
                raise Closed
            self._queue.put(lambda: self._answer(answer, work))
        return answer.result()

    def wake(self, *_: Any) -> None:
        """For helpers: something else than work is there for the owner."""
        self._queue.put(None)

    def serve(self, wait: bool = True) -> None:
        """For the owner: wait for the next work, or for `wake`, and do it.

        With `wait` False raises Empty where there is none.
        """
        if (work := self._queue.get(wait)) is not None:
            work()

    def serve_waiting(self) -> None:
        """For the owner: do all that was handed over until now; the first error is raised then."""
        problem: Exception | None = None
        while True:
            try:
                self.serve(wait=False)
            except Empty:
                break
            except Exception as one:  # noqa: BLE001 - the rest is done all the same
                problem = problem or one
        if problem is not None:
            raise problem

    def close(self) -> None:
        """For the owner: refuse what is asked from now on, and what still waits for an answer."""
        with self._lock:
            self._is_closed = True
        self.serve_waiting()

    def _answer(self, answer: "Future[T]", work: Callable[[], T]) -> None:
        if self._is_closed:
            answer.set_exception(Closed())
            return
        try:
            answer.set_result(ask(work))
        except Exception as problem:  # noqa: BLE001 - raised where it was asked
            answer.set_exception(problem)
        except BaseException:
            answer.set_exception(Closed())
            raise


def _desk() -> Desk | None:
    return getattr(_thread, "desk", None)


def tell(work: Callable[[], object]) -> None:
    """Have it done by the thread that owns the database: at once, if that is this one."""
    desk = _desk()
    if desk is None:
        work()
    else:
        desk.tell(work)


def ask(work: Callable[[], T]) -> T:
    """`tell`, and wait for the answer; errors are raised here. Raises Closed."""
    desk = _desk()
    return work() if desk is None else desk.ask(work)
