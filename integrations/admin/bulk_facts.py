"""Numbers and sentences about bulk actions: how many rows of which outcome, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from integrations.models import BulkAction, BulkRow

Outcome = BulkRow.Outcome
Counts = Mapping[str, int]
SHOWN_REASONS = 3


def counts_of(bulks: Iterable[BulkAction]) -> Mapping[int, Counts]:
    """Rows by outcome of each, in one query."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Outcome.values, 0))
    rows = BulkRow.objects.filter(bulk__in=[bulk.pk for bulk in bulks]).order_by()
    for pk, outcome, number in rows.values_list("bulk", "outcome").annotate(n=Count("pk")):
        found[pk][outcome] = number
    return found


def reasons_of(bulk: BulkAction) -> str:
    """not on hold; no line waits for an approval, and 2 other reasons."""
    skipped = BulkRow.objects.filter(bulk=bulk, outcome=Outcome.SKIPPED).order_by()
    notes = skipped.values_list("note").annotate(n=Count("pk")).order_by("-n", "note")
    found = [note.rstrip(".") for note, _ in notes[: SHOWN_REASONS + 1]]
    more = notes.count() - SHOWN_REASONS if len(found) > SHOWN_REASONS else 0
    said = "; ".join(found[:SHOWN_REASONS])
    return f"{said}, and {more} other reason{'s' if more > 1 else ''}" if more else said


def said_counts(counts: Counts, reasons: str = "") -> str:
    """42 done, 3 skipped because: not on hold, 1 failed."""
    parts = [f"{counts[Outcome.DONE]:,} done"]
    if counts[Outcome.SKIPPED]:
        why = f" ({reasons})" if reasons else ""
        parts.append(f"{counts[Outcome.SKIPPED]:,} skipped{why}")
    if counts[Outcome.FAILED]:
        parts.append(f"{counts[Outcome.FAILED]:,} failed")
    return ", ".join(parts)
