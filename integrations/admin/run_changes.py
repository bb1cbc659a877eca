"""What a run changed, from SyncChange and from the tables its flow names, as tabs of one table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from integrations import registry
from integrations.models import SyncChange, SyncRun
from integrations.models.runs import HELD_ENDS

SHOWN = 200
READ = 5000
Outcome = SyncChange.Outcome
# key, label, outcomes, tone of the count
TABS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("changed", "Changed", (Outcome.APPLIED,), ""),
    ("failed", "Failed", (Outcome.REJECTED,), "bad"),
    ("held", "Held", (Outcome.HELD,), "warn"),
    ("skipped", "Skipped", (Outcome.SKIPPED,), ""),
)
WORDS = {
    Outcome.REJECTED: ("Failed", "bad"),
    Outcome.HELD: ("Held", "warn"),
    Outcome.SKIPPED: ("Skipped", "mute"),
}


@dataclass
class Changes:
    """Rows by outcome; only the first few thousand of a very long run are read."""

    rows: list[Any]
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self.counts[row.outcome] = self.counts.get(row.outcome, 0) + 1

    def of(self, tab: str) -> list[Any]:
        """The rows of a tab; all for an unknown one."""
        outcomes = next((entry[2] for entry in TABS if entry[0] == tab), ())
        return [row for row in self.rows if not outcomes or row.outcome in outcomes]

    def shown(self, tab: str, held: str) -> list[tuple[Any, str, str, str, Any, Any]]:
        """The first rows of a tab: (row, field, word, tone, before, after).

        `held` is what became of the rows that were held.
        """
        return [_cells(row, held) for row in self.of(tab)[:SHOWN]]

    def left_off(self, tab: str) -> int:
        """How many more there are."""
        return max(0, len(self.of(tab)) - SHOWN)


def find_changes(run: SyncRun) -> Changes:
    """Failed first, then held, skipped, applied; within each in the order they happened."""
    kept = SyncChange.objects.filter(run=run).order_by("pk")
    rows = list(islice(chain(kept, _elsewhere(run)), READ))
    order = [Outcome.REJECTED, Outcome.HELD, Outcome.SKIPPED, Outcome.APPLIED]
    return Changes(sorted(rows, key=lambda row: order.index(row.outcome)))


def _elsewhere(run: SyncRun) -> Iterable[Any]:
    flow = registry.flows().get(run.flow)
    return flow.changes(run.pk) if flow and flow.changes else ()


def held_word(run: SyncRun) -> str:
    """What became of the rows it held: they follow the decision about the run."""
    is_over = run.status == SyncRun.Status.CANCELED and run.reason in HELD_ENDS
    return HELD_ENDS[run.reason] if is_over else "Held"


def change_tabs(changes: Changes, here: str, held: str) -> list[dict[str, Any]]:
    """The tabs that have rows, each a plain address of the same page."""
    tabs = [("", "All", len(changes.rows), "")]
    for key, label, outcomes, tone in TABS:
        count = sum(changes.counts.get(outcome, 0) for outcome in outcomes)
        if count and len(changes.counts) > 1:
            word = (held, "" if held != "Held" else tone) if key == "held" else (label, tone)
            tabs.append((key, word[0], count, word[1]))
    return [
        {
            "label": label,
            "url": f"?show={key}" if key else "?",
            "active": key == here,
            "count": count,
            "tone": tone,
        }
        for key, label, count, tone in tabs
    ]


def _cells(row: Any, held: str) -> tuple[Any, str, str, str, Any, Any]:
    before, after = row.before or None, row.after or None
    if row.field != "status_raw":  # a code: its difference is no amount
        before, after = as_number(row.before), as_number(row.after)
    if row.outcome == Outcome.APPLIED:
        word, tone = ("Created", "ok") if row.field and before is None else ("Updated", "info")
    elif row.outcome == Outcome.HELD and held != "Held":
        word, tone = held, "mute"
    else:
        word, tone = WORDS.get(row.outcome, (str(row.outcome).capitalize(), "mute"))
    field = row.field.partition(":")[0].replace("_", " ")  # behind the colon: which of several
    return row, field, word, tone, before, after


def as_number(text: Any) -> Any:
    """Whole numbers as numbers, so that the page shows the difference; None where nothing was."""
    if isinstance(text, str) and text.lstrip("-").isdecimal() and len(text) < 12:
        return int(text)
    return None if text == "" else text
