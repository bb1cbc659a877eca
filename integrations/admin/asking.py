"""Asking for runs from a button, and saying what came of it."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from config.adminkit.actions import Refused, Told
from integrations.admin.cadence import flow_words
from integrations.admin.places import address, row_url
from integrations.models import Connection, SyncRun
from integrations.services.run_requests import request_run

Pair = tuple[Connection, str]


def ask_for_runs(request: HttpRequest, pairs: Iterable[Pair]) -> Told:
    """Ask for a run of each (connection, flow); one that runs already is not asked for twice.

    Raises Refused where nothing could be asked for.
    """
    assert isinstance(request.user, AbstractBaseUser)
    new: list[SyncRun] = []
    old: list[SyncRun] = []
    for connection, flow in pairs:
        run, is_new = request_run(
            connection, flow, trigger=SyncRun.Trigger.STAFF, user=request.user
        )
        (new if is_new else old).append(run)
    if not new and not old:
        raise Refused("There is nothing to run: none of these systems has such a flow.")
    return _one(new, old) if len(new) + len(old) == 1 else _many(new, old)


def _one(new: list[SyncRun], old: list[SyncRun]) -> Told:
    run = (new or old)[0]
    what = f"{run.connection}, {flow_words(run.flow).lower()}"
    if run.reason == "waiting":
        what = f"{what}. It waits: {run.error}"
    if new:
        return Told(f"Queued {_name(run)}: {what}", url=row_url(run), link="See the run")
    return Told(f"{_already(run)}: {what}", url=row_url(run), link="See the run", level="info")


def _many(new: list[SyncRun], old: list[SyncRun]) -> Told:
    said = f"Queued {len(new)} runs" if new else "Nothing queued"
    if old:
        said += f", {len(old)} running already"
    listing = address("integrations_syncrun_changelist")
    return Told(said, url=f"{listing}?view=running", link="See the runs")


def _name(run: SyncRun) -> str:
    return f"run #{run.pk}"


def _already(run: SyncRun) -> str:
    if run.started_at is None:
        return f"Already queued as {_name(run)}"
    return f"Already running since {timezone.localtime(run.started_at):%H:%M} as {_name(run)}"
