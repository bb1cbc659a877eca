"""Reading ahead: the next page is under way while the database works on this one.

For systems whose pages form a chain, where each names the next; numbered pages are read by
`Client.read_many`.
"""

import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connections

from integrations.handover import Closed, Desk

T = TypeVar("T")
SIZE, CHUNKS = 250, 2
LONGEST_S = 1.0  # a chunk is handed on after that, however small: the run shows it is alive


def ahead(items: Iterable[T], size: int = SIZE, chunks: int = CHUNKS) -> Generator[T, None, None]:
    """The same items, read in a background thread at most `chunks` times `size` items ahead.

    Its errors are raised after the items that came before them. The thread begins with the first
    item asked for and has ended, its source closed, when this generator is closed. What the source
    asks of the database through `handover` (calls, tokens) is done in the thread that reads this.
    """
    reader = _Reader(items, size, chunks)
    reader.start()
    try:
        while True:
            chunk = reader.next_chunk()
            yield from chunk.items
            if chunk.error is not None:
                raise chunk.error
            if chunk.is_last:
                return
    finally:
        reader.stop()


@dataclass
class _Chunk(Generic[T]):
    items: list[T]
    error: BaseException | None = None
    is_last: bool = False


class _Reader(Generic[T]):
    """The background thread, and the few chunks it is ahead."""

    def __init__(self, items: Iterable[T], size: int, chunks: int) -> None:
        self._items, self._size = items, size
        self._desk, self._slots = Desk(), threading.Semaphore(chunks)
        self._ready: deque[_Chunk[T]] = deque()
        self._items_read: list[T] = []
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def next_chunk(self) -> _Chunk[T]:
        """For the reader of the results: wait for the next chunk, serving the thread meanwhile."""
        while not self._ready:
            self._desk.serve()
        self._desk.serve_waiting()
        chunk = self._ready.popleft()
        self._slots.release()
        return chunk

    def stop(self) -> None:
        """End the thread; a call it is in the middle of is waited for."""
        self._is_stopped = True
        self._slots.release()
        try:
            self._desk.close()
        finally:
            self._thread.join()
            self._desk.serve_waiting()

    def _run(self) -> None:
        error: BaseException | None = None
        with self._desk.helper():
            try:
                self._read()
            except Closed:
                pass
            except BaseException as problem:  # noqa: BLE001 - raised where the items are read
                error = problem
            finally:
                connections.close_all()
        # What was read before an error still counts.
        self._hand_on(_Chunk(self._items_read, error, is_last=True))

    def _read(self) -> None:
        self._slots.acquire()
        begun = time.monotonic()
        with _closing(self._items):
            for item in self._items:
                if self._is_stopped:
                    return
                self._items_read.append(item)
                if len(self._items_read) >= self._size or time.monotonic() - begun > LONGEST_S:
                    self._hand_on(_Chunk(self._items_read))
                    self._items_read = []
                    self._slots.acquire()
                    begun = time.monotonic()

    def _hand_on(self, chunk: _Chunk[T]) -> None:
        self._ready.append(chunk)
        self._desk.wake()


@contextmanager
def _closing(items: Iterable[object]) -> Iterator[None]:
    """A generator is closed by the thread that runs it, so that its own threads end too."""
    try:
        yield
    finally:
        if close := getattr(items, "close", None):
            close()
