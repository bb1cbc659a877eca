"""Many reads at once, answered in the order they were asked: for pages that have numbers."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from integrations.handover import Closed, Desk

Q = TypeVar("Q")
A = TypeVar("A")
AHEAD = 2  # answers kept for the consumer, as a multiple of the calls in flight


class Gate:
    """What the calls of one pool pass before each try."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock, self._sleep = clock, sleep
        self._opens_at = clock()
        self.is_shut = False

    def enter(self) -> None:
        """Wait while the system asked for time. Raises Closed once the pool ends."""
        left = self._opens_at - self._clock()
        if left > 0 and not self.is_shut:
            self._sleep(left)
        if self.is_shut:
            raise Closed

    def hold(self, seconds: float) -> None:
        """They asked for time: nobody calls before it is over."""
        self._opens_at = max(self._opens_at, self._clock() + seconds)

    def shut(self) -> None:
        """No call begins any more."""
        self.is_shut = True


class Pool(Generic[Q, A]):
    """At most `at_once` calls in flight, and a few answers ahead of whoever reads them.

    `read` is called in helper threads. The first error, in the order of the questions, is raised
    once every call in flight has ended; so do they when the generator is closed.
    """

    def __init__(self, read: Callable[[Q, Gate], A], at_once: int, gate: Gate) -> None:
        self._read, self._gate, self._most = read, gate, at_once * AHEAD
        self._desk = Desk()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="read")
        self._asked: deque[Future[A]] = deque()

    def answers(self, questions: Iterable[Q]) -> Generator[A, None, None]:
        """One answer per question, in their order."""
        todo = iter(questions)
        try:
            self._begin(todo)
            while self._asked:
                answer = self._next()
                self._begin(todo)
                yield answer
        finally:
            self._end()

    def _end(self) -> None:
        self._gate.shut()
        try:
            self._desk.close()
        finally:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._desk.serve_waiting()

    def _begin(self, todo: Iterator[Q]) -> None:
        while len(self._asked) < self._most and not self._gate.is_shut:
            try:
                question = next(todo)
            except StopIteration:
                return
            future = self._threads.submit(self._call, question)
            future.add_done_callback(self._desk.wake)
            self._asked.append(future)

    def _next(self) -> A:
        first = self._asked.popleft()
        while not first.done():
            self._desk.serve()
        self._desk.serve_waiting()
        return first.result()

    def _call(self, question: Q) -> A:
        with self._desk.helper():
            try:
                return self._read(question, self._gate)
            except Exception:
                self._gate.shut()
                raise
