"""Which purchase orders a run asks for, by what it was asked and by how far the last one came."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.types import PurchaseOrderQuery

# No document says in which zone the ERP's dates are: this far back nothing can be missed.
OVERLAP = timedelta(hours=26)
MARK = "updated"
TIMES = ("created_from", "created_to", "updated_from", "updated_to")
NARROWING = (*TIMES, "since", "statuses")


def query_of(params: Mapping[str, Any], watermark: Mapping[str, Any]) -> PurchaseOrderQuery:
    """What was asked for; if nothing was, what changed since the last complete run; else all.

    `params` holds times as ISO strings (aware); `since` is `updated_from` by another name.
    """
    if is_narrowed(params):
        times = {name: _moment(params.get(name)) for name in TIMES}
        times["updated_from"] = times["updated_from"] or _moment(params.get("since"))
        return PurchaseOrderQuery(statuses=tuple(params.get("statuses") or ()), **times)
    last = _moment(watermark.get(MARK))
    if last is None or params.get("full"):
        return PurchaseOrderQuery()
    return PurchaseOrderQuery(updated_from=last - OVERLAP)


def is_narrowed(params: Mapping[str, Any]) -> bool:
    """Somebody chose: then the run says nothing of the rest."""
    return any(params.get(name) for name in NARROWING)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
