"""What the lists of this app can be narrowed to, where a column's values are not its choices."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from config.adminkit.changelist import Rule
from config.adminkit.filters import Distinct, MultiChoice, rule_filter
from integrations import registry
from integrations.admin.cadence import flow_words
from integrations.admin.connection_facts import is_stale
from integrations.models import Connection, SyncRun
from integrations.models.runs import CANCELING, HELD_ENDS, PUT_OFF

Status = Connection.Status


class FlowChoice(MultiChoice):
    """The flows there are, in words."""

    def find_options(self) -> Sequence[tuple[Any, Any]]:
        """By their label."""
        return sorted(((name, flow_words(name)) for name in registry.flows()), key=lambda o: o[1])


class ProviderChoice(Distinct):
    """The kinds of systems that are connected."""

    def label(self, value: str) -> str:
        """The provider's own name."""
        known = registry.providers().get(value)
        return known.label if known else value


def slowed_down() -> Q:
    """Asked us to wait."""
    return Q(status=Status.ACTIVE, opened=0, paused_until__gt=timezone.now())


def connected() -> Q:
    """In use, and nothing is wrong."""
    return Q(status=Status.ACTIVE, opened=0, failures=0) & ~slowed_down()


def degraded() -> Q:
    """In use, and its last runs failed."""
    return Q(status=Status.ACTIVE, opened=0, failures__gt=0) & ~slowed_down()


def stale() -> Q:
    """Whose last answer is older than allowed; there are few, so they are looked at one by one."""
    now, used = timezone.now(), Connection.objects.exclude(status=Status.ARCHIVED)
    rows = used.only("last_ok_at", "stale_after_h")
    return Q(pk__in=[row.pk for row in rows if is_stale(row, now)])


def run_statuses() -> list[tuple[str, str, Rule]]:
    """Every word a run's badge may have."""
    rules: list[tuple[str, str, Rule]] = []
    told_apart = {"canceled": list(HELD_ENDS), "skipped": [PUT_OFF], "running": [CANCELING]}
    for status in SyncRun.Status:
        rule = Q(status=status)
        if status in told_apart:
            rule &= ~Q(reason__in=told_apart[status])
        rules.append((status.value, str(status.label), rule))
    ends = ((key, word, Q(status="canceled", reason=key)) for key, word in HELD_ENDS.items())
    others = [
        (PUT_OFF, "Put off", Q(status="skipped", reason=PUT_OFF)),
        (CANCELING, "Canceling", Q(status="running", reason=CANCELING)),
    ]
    return [*rules, *ends, *others]


RUN_STATUS = rule_filter("Status", "status", *run_statuses())
HEALTH = rule_filter(
    "Health",
    "health",
    ("ok", "Connected", connected),
    ("degraded", "Degraded", degraded),
    ("silent", "Does not answer", Q(status=Status.ACTIVE, opened__gt=0)),
    ("slow", "Slowed down", slowed_down),
    ("stale", "Stale", stale),
    ("attention", "Needs reconnect", Q(status=Status.NEEDS_ATTENTION)),
    ("paused", "Paused", Q(status=Status.PAUSED)),
    ("draft", "Draft", Q(status=Status.DRAFT)),
)
