"""The append-only record of what really took effect; end-to-end tests use it as the judge."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel


class Entry(BaseModel):
    """One effect. `subject` is what people call the thing (#1001, a SKU, a topic)."""

    id: int
    at: datetime
    kind: str
    shop: str
    subject: str
    summary: str
    detail: dict[str, Any] = {}

    @cached_property
    def written(self) -> bytes:
        """The entry as JSON, worked out once: an entry never changes, and is read many times."""
        return self.model_dump_json().encode()


def select(
    entries: Sequence[Entry], shop: str = "", kind: str = "", after_id: int = 0
) -> Iterator[Entry]:
    """The entries of a store and kind (empty means any) newer than `after_id`, oldest first.

    Entries are numbered from 1 without gaps, so that a caller who comes back reads only the news.
    """
    for entry in entries[after_id:] if after_id else entries:
        if shop and entry.shop != shop:
            continue
        if kind and entry.kind != kind:
            continue
        yield entry


def as_json(entries: Iterable[Entry]) -> bytes:
    """A JSON array."""
    return b"[" + b",".join(entry.written for entry in entries) + b"]"
