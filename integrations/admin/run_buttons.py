"""Run again and Cancel: buttons of the admin of runs."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from integrations.admin.asking import ask_for_runs
from integrations.models import Connection, SyncRun
from integrations.models.runs import CANCELING, PUT_OFF
from integrations.services.cancel_run import cancel_run
from integrations.services.progress import ALIVE

Status = SyncRun.Status
# Where it did its work, waits for a decision, or goes on by itself, running again does not help.
HELPLESS = (Status.COMPLETED, Status.HELD)


@portal_action(
    "Run again",
    perm="integrations.run_flow",
    icon="retry",
    primary=lambda run: (
        run.status not in HELPLESS
        and run.reason != PUT_OFF
        and run.connection.status == Connection.Status.ACTIVE
    ),
    where=("detail", "bulk"),
    available=lambda run: run.status not in ALIVE,
    why_not="it has not ended yet",
)
def run_again(admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[SyncRun]) -> Told:
    """The same flow of the same connection, once more."""
    runs = queryset.select_related("connection")
    pairs = list(dict.fromkeys((run.connection, run.flow) for run in runs))
    told = ask_for_runs(request, pairs)
    return replace(told, goto=told.url, url="", link="") if len(pairs) == 1 else told


@portal_action(
    "Cancel",
    perm="integrations.run_flow",
    icon="cancel",
    where=("detail", "bulk"),
    available=lambda run: run.status in ALIVE and run.reason != CANCELING,
    why_not=lambda run: (
        "it was asked to stop already" if run.reason == CANCELING else "it has ended"
    ),
)
def cancel(admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[SyncRun]) -> Told:
    """Take it out of the queue, or have its worker stop between two pages."""
    user: Any = request.user
    now, done, stopping, skipped = timezone.now(), 0, 0, []
    for run in queryset:
        if not cancel_run(run, user, now):
            skipped.append((run, "it has ended meanwhile"))
        elif run.status == Status.RUNNING:
            stopping += 1
        else:
            done += 1
    before, after = ("Queued", "Canceled") if done else ("Running", "Canceling")
    return Told(_said(done, stopping), skipped=skipped, before=before, after=after)


def _said(done: int, stopping: int) -> str:
    """How many were taken out, and how many still have to come to a stop."""
    said = [f"{done} canceled"] if done or not stopping else []
    if stopping:
        said.append(
            f"{stopping} told to stop: within seconds, between two pages. What is written stays"
        )
    return ", ".join(said)
