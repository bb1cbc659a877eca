"""The limits of the brake, asked for in plain words: a button of the connection's page."""

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin
from integrations.admin.connection_facts import provider_of
from integrations.models import Connection
from integrations.providers.base import PullsStock
from integrations.services.hold_limits import (
    LIMITS,
    NEVER,
    PERMISSION,
    percent_words,
    set_hold_limits,
)


def _percent(label: str, meaning: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=meaning, min_value=0, max_value=NEVER)


class LimitsForm(forms.Form):
    """Four shares in percent, each with what it means."""

    hold_rejected_pct = _percent(
        "Unusable rows, %",
        "More of the rows than this have a number nobody can read. A single one holds nothing.",
    )
    hold_missing_pct = _percent(
        "Missing SKUs, %",
        "More of the SKUs they named before than this are not in the answer.",
    )
    hold_zeroed_pct = _percent(
        "Going to zero, %",
        "More of what is in stock than this would go to zero. Four SKUs may always sell out.",
    )
    hold_moved_pct = _percent(
        "Big moves, %",
        "More of all units than this would be gone, or more of the SKUs would double or halve.",
    )


def pulls_stock(connection: Connection) -> bool:
    """Whether there are answers that could be held."""
    cls = provider_of(connection)
    return cls is not None and issubclass(cls, PullsStock)


@portal_action(
    "Change limits",
    perm=PERMISSION,
    icon="scale",
    where=("inline",),
    title="When is an answer of {obj} held?",
    submit="Save",
    confirm="An answer over one of these limits changes no number: it waits for a person. With 100 "
    "it is never held for that reason. An empty answer is always held.",
    form=LimitsForm,
    initial=lambda row: {name: getattr(row, name) for name in LIMITS},
    available=lambda row: pulls_stock(row) and row.status != Connection.Status.ARCHIVED,
    why_not="it is archived, or has no stock",
)
def hold_limits(
    admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[Connection], **limits: int
) -> Told:
    """They count from the next run on."""
    connection = queryset.get()
    before = _line(connection)
    set_hold_limits(connection, limits, cast(User, request.user))
    after = _line(queryset.get())
    said = f"Limits of {connection} saved. They count from the next run on."
    return Told(said, before=before, after=after)


def _line(row: Any) -> str:
    """All four on one line, for the history."""
    values = [percent_words(getattr(row, name)) for name in LIMITS]
    names = ("unusable", "missing", "to zero", "moved")
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
