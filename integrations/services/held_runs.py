"""Held runs: a person releases what they noted, or discards it. One decision, one effect."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations import registry
from integrations.models import FlowSchedule, SyncChange, SyncRun
from integrations.registry import Released
from integrations.services.runs import close_run_alert, overtake_held

Status = SyncRun.Status
PERMISSION = "integrations.release_run"
DECIDED = {"released": "released", "discarded": "discarded", "overtaken": "overtaken"}


class CannotDecide(Exception):
    """The run was not released or discarded; nothing was changed. The sentence says why."""


def can_release(run: SyncRun) -> bool:
    """Whether its flow knows how to apply what the run held."""
    flow = registry.flows().get(run.flow)
    return run.status == Status.HELD and flow is not None and flow.release is not None


def release_run(run: SyncRun, user: User) -> Released:
    """Apply each difference whose *before* still stands; what moved meanwhile is left and named.

    All in one transaction: of many people pressing at once one is heard. Older held runs of the
    flow are overtaken. Raises CannotDecide with a sentence, and PermissionDenied.
    """
    flow = registry.flows().get(run.flow)
    if flow is None or flow.release is None:
        raise CannotDecide("What this kind of run held cannot be applied later: run it again.")
    with transaction.atomic():
        _decide(run, Status.COMPLETED, "released", user)
        done = flow.release(run, user)
        run.update_where(
            Q(), updated=F("updated") + done.applied, skipped=F("skipped") + done.moved
        )
        overtake_held(run)
        close_run_alert(run)
    return done


def discard_run(run: SyncRun, user: User, why: str = "") -> None:
    """Leave everything as it is. Raises CannotDecide with a sentence, and PermissionDenied."""
    with transaction.atomic():
        _decide(run, Status.CANCELED, "discarded", user, why)
        close_run_alert(run)


def _decide(run: SyncRun, status: str, word: str, user: User, why: str = "") -> None:
    if not user.has_perm(PERMISSION):
        raise PermissionDenied("You may not release or discard held runs.")
    _stop_while_running(run)
    if not run.move(
        Status.HELD, status, reason=word, decided_by_id=user.pk, decision_note=why[:300]
    ):
        now = SyncRun.objects.select_related("decided_by").get(pk=run.pk)
        raise CannotDecide(said_decision(now) or f"{run} is not held.")


def _stop_while_running(run: SyncRun) -> None:
    """The row a run takes its lease on is kept locked, so that none begins while we write."""
    schedules = FlowSchedule.objects.select_for_update()
    schedule = schedules.filter(connection=run.connection_id, flow=run.flow).first()
    if schedule and schedule.lease_until and schedule.lease_until > timezone.now():
        raise CannotDecide(
            "A newer run is under way. Wait for its end: a good one makes this one pointless."
        )


def said_decision(run: SyncRun) -> str:
    """What became of a run that was held, in a sentence; empty while it is held, or never was."""
    word = DECIDED.get(run.reason)
    if run.status == Status.HELD or word is None:
        return ""
    if word == "overtaken":
        return "A newer good run has overtaken it; nothing of it was applied."
    who = f" by {run.decided_by}" if run.decided_by else ""
    why = f": {run.decision_note}" if run.decision_note else ""
    return f"It was {word}{who}{why.rstrip('.')}."


def held_changes(run: SyncRun) -> QuerySet[SyncChange]:
    """The differences that wait."""
    return SyncChange.objects.filter(run=run, outcome=SyncChange.Outcome.HELD)


def going_to_zero() -> Q:
    """Of the changes, those from something to nothing."""
    was_nothing = Q(before="") | Q(before="0") | Q(before__startswith="-")
    return (Q(after="0") | Q(after__startswith="-")) & ~was_nothing
