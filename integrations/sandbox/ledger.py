"""The append-only record of what really took effect; end-to-end tests use it as the judge."""

from collections.abc import Iterable, Iterator
from datetime import datetime
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


def select(
    entries: Iterable[Entry], shop: str = "", kind: str = "", after_id: int = 0
) -> Iterator[Entry]:
    """The entries of a store and kind (empty means any) newer than `after_id`, oldest first."""
    for entry in entries:
        if entry.id <= after_id:
            continue
        if shop and entry.shop != shop:
            continue
        if kind and entry.kind != kind:
            continue
        yield entry
