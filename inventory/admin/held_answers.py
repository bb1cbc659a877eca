"""A newer answer about a variant that waits for a decision: its page must not look settled."""

from dataclasses import dataclass

from django.http import HttpRequest

from catalog.admin.links import page_of
from catalog.models import Variant
from integrations.admin.run_changes import as_number
from integrations.models import SyncChange, SyncRun


@dataclass(frozen=True)
class HeldAnswer:
    """What a held run would change: available units before and after, and the run."""

    run: SyncRun
    url: str
    before: object
    after: object


def held_answer(variant: Variant, request: HttpRequest) -> HeldAnswer | None:
    """The newest one about this variant; None where no held run speaks of it."""
    rows = SyncChange.objects.filter(key=variant.sku, outcome=SyncChange.Outcome.HELD)
    rows = rows.filter(run__flow="stock", run__status=SyncRun.Status.HELD)
    row = rows.select_related("run__connection").order_by("-pk").first()
    if row is None:
        return None
    return HeldAnswer(
        row.run, page_of(row.run, request), as_number(row.before), as_number(row.after)
    )
