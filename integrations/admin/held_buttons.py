"""Release and Discard, the two decisions about a held run: buttons of the admin of runs."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from integrations.admin.cadence import flow_words
from integrations.models import SyncRun
from integrations.services.held_runs import (
    PERMISSION,
    can_release,
    discard_run,
    going_to_zero,
    held_changes,
    release_run,
    said_decision,
)

Status = SyncRun.Status
ASK = (
    "Press Run again: a sound answer takes the place of this one. If it comes out the same, ask "
    "the partner whether it is true, then Release or Discard."
)
HELD_HINTS = {
    "empty": "An answer without a single row is usually a fault on their side, not empty shelves.",
    "rejected": "Too many of their numbers cannot be read, so the others are not trusted either.",
    "incomplete": "Too much of what they listed before is not in this answer.",
    "zeroed": f"So many SKUs do not sell out at once. {ASK}",
    "lost": f"So many units do not sell in between. {ASK}",
    "moved": f"So many numbers do not double or halve at once. {ASK}",
}


class DiscardForm(forms.Form):
    """Why; it stands on top of the run afterwards."""

    why = forms.CharField(
        label="Why, for whoever looks at it later", max_length=300, required=False
    )


def held_facts(run: SyncRun) -> dict[str, Any]:
    """What the page says of a run that is held, or was."""
    because = run.error.partition(" No number was changed")[0]
    facts: dict[str, Any] = {"decision": said_decision(run), "held_because": because}
    if run.status == Status.HELD:
        facts |= {
            "held_hint": HELD_HINTS.get(run.reason, ""),
            "held_count": held_changes(run).count(),
            "zero_count": held_changes(run).filter(going_to_zero()).count(),
            "can_release": can_release(run),
        }
    return facts


def _say_release(run: SyncRun) -> str:
    held = held_changes(run)
    count, zero = held.count(), held.filter(going_to_zero()).count()
    if not count:
        return "It noted no difference, so no number changes. It is done, and its alert is closed."
    what = f"{_count(count, 'difference')} of {run.connection} will be applied"
    to_zero = f"{_count(zero, 'SKU')} will go to zero" if zero else "no SKU goes to zero"
    return (
        f"{what}; {to_zero}. What has moved since stays as it is. Our store is told the new "
        "numbers at once. Your name is kept with it."
    )


def _say_discard(run: SyncRun) -> str:
    return (
        f"{_count(held_changes(run).count(), 'difference')} will not be applied; every number "
        "stays as it is. The next run compares anew."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@portal_action(
    "Discard",
    perm=PERMISSION,
    where=("detail", "bulk"),
    icon="x",
    available=lambda run: run.status == Status.HELD,
    why_not=lambda run: said_decision(run) or "it is not held",
    title="Discard what {obj} held?",
    confirm=_say_discard,
    confirm_many="What these runs held is not applied; every number stays as it is.",
    form=DiscardForm,
)
def discard(
    admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[SyncRun], why: str
) -> Told:
    """Every number stays."""
    user: Any = request.user
    runs = list(queryset.select_related("connection"))
    for run in runs:
        discard_run(run, user, why)
    names = ", ".join(str(run) for run in runs[:5])
    return Told(f"Discarded {names}. No number was changed.", before="Held", after="Discarded")


@portal_action(
    "Release",
    perm=PERMISSION,
    where=("detail",),
    icon="check",
    available=can_release,
    why_not=lambda run: (
        said_decision(run)
        or ("nothing of it can be applied later" if run.status == Status.HELD else "not held")
    ),
    title="Release what {obj} held?",
    submit="Release",
    confirm=_say_release,
)
def release(admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[SyncRun]) -> Told:
    """Apply what it held."""
    user: Any = request.user
    run = queryset.select_related("connection").get()
    done = release_run(run, user)
    flow = flow_words(run.flow).lower()
    message = f"Released: {_count(done.applied, 'difference')} of {run.connection}, {flow}"
    if done.moved:
        message += f"; {done.moved:,} had moved meanwhile and stay as they are"
    level = "warning" if done.moved else "success"
    return Told(f"{message}.", level=level, before="Held", after="Released")
