"""Canceling runs: a queued one at once, a running one when its worker next shows it is alive."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q

from integrations.models import SyncRun
from integrations.models.runs import CANCELING

Status = SyncRun.Status
CANCELED = "canceled"


def cancel_run(run: SyncRun, user: AbstractBaseUser, now: datetime) -> bool:
    """Ask a run to stop; False if it has ended, or was asked to already.

    What a running one has written stays. It stops between two pages, within seconds; if its worker
    is dead, the sweep ends it as canceled.
    """
    said = said_cancel(run, user)
    begun = {"reason": CANCELED, "error": said, "decided_by_id": user.pk, "finished_at": now}
    if run.move(Status.QUEUED, Status.CANCELED, **begun):
        return True
    goes_on = Q(status=Status.RUNNING) & ~Q(reason=CANCELING)
    return run.update_where(goes_on, reason=CANCELING, decided_by_id=user.pk)


def is_canceling(run: SyncRun) -> bool:
    """Whether it runs and was asked to stop; looks at the row, not at the instance."""
    return SyncRun.objects.filter(pk=run.pk, status=Status.RUNNING, reason=CANCELING).exists()


def said_cancel(run: SyncRun, user: AbstractBaseUser | None = None) -> str:
    """Who canceled it, and what that means for what it has written."""
    run.refresh_from_db(fields=["decided_by", "started_at"])
    who: Any = user or run.decided_by
    by = f" by {who.get_full_name() or who.get_username()}" if who else ""
    if run.started_at is None:
        return f"Canceled{by} before it began."
    return f"Canceled{by}. What it had written until then stays; the next run brings the rest."
