"""SyncRun: one execution of a flow, what came of it, and what it changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.base import Movable, Stamped, one_of
from integrations.models.connection import Connection
from integrations.models.trigrams import TrigramIndex


class RunStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    PARTIAL = "partial", "Partial"
    HELD = "held", "Held"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    INTERRUPTED = "interrupted", "Interrupted"
    CANCELED = "canceled", "Canceled"


class RunTrigger(models.TextChoices):
    SCHEDULE = "schedule", "Schedule"
    STAFF = "staff", "Staff"
    API = "api", "API"
    COMMAND = "command", "Command"
    WEBHOOK = "webhook", "Webhook"


# How a held run that was not released ended, by its `reason`: a canceled one is called so.
HELD_ENDS = {"discarded": "Discarded", "overtaken": "Overtaken"}
# Reasons that are a state of their own to whoever reads: a skipped run whose work a later run goes
# on with, and a running one that was asked to stop.
PUT_OFF, CANCELING = "put_off", "canceling"


class SyncRun(Movable, Stamped):
    """Counts are records, `pages` those they were read in.

    `slot` is the due minute of a scheduled run; it makes a run unique.

    `reason` is a short code of why a run was skipped, held or failed; `error` the sentence.
    A held run ends by a person, or by a newer good run that overtakes it; `decided_by` says who
    released, discarded or canceled a run, `decision_note` why. A queued run with `waits_until` goes
    on with the work of one that was put off; `put_off` counts how often in a row.
    """

    Status = RunStatus
    Trigger = RunTrigger
    named_by = ""
    MOVES: ClassVar = {
        "queued": {"running", "skipped", "canceled"},
        "running": {
            "completed", "partial", "held", "failed", "skipped", "interrupted", "canceled",
        },
        "held": {"completed", "canceled"},
    }  # fmt: skip

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="runs")
    flow = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=RunStatus, default=RunStatus.QUEUED)
    trigger = models.CharField(max_length=10, choices=RunTrigger)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    slot = models.DateTimeField(null=True)
    params = models.JSONField(default=dict)
    total = models.PositiveIntegerField(null=True)
    processed = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    decision_note = models.CharField(max_length=300, blank=True, default="", db_default="")
    pages = models.PositiveIntegerField(default=0, db_default=0)
    put_off = models.PositiveSmallIntegerField(default=0, db_default=0)
    waits_until = models.DateTimeField(null=True)

    class Meta:
        permissions = [
            ("run_flow", "Can start a run of a flow"),
            ("release_run", "Can release or discard a held run"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "flow", "slot"],
                condition=Q(slot__isnull=False),
                name="syncrun_slot_unique",
            ),
            models.UniqueConstraint(
                fields=["connection", "flow"],
                condition=Q(status__in=["queued", "running"]),
                name="syncrun_one_at_a_time",
            ),
            one_of("status", RunStatus, "syncrun_status_known"),
            one_of("trigger", RunTrigger, "syncrun_trigger_known"),
        ]
        indexes = [
            models.Index(fields=["flow", "started_at"], name="syncrun_flow_started"),
            models.Index(fields=["connection", "-id"], name="syncrun_connection_newest"),
            models.Index(fields=["connection", "flow", "-id"], name="syncrun_schedule_newest"),
            models.Index(fields=["status"], name="syncrun_status"),
            TrigramIndex(fields=["flow"], name="syncrun_flow_parts"),
        ]

    def __str__(self) -> str:
        return f"Run #{self.pk}"

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """Its status as staff read it: of a held run that ended, how."""
        if self.status == RunStatus.CANCELED and self.reason in HELD_ENDS:
            return HELD_ENDS[self.reason]
        if self.status == RunStatus.SKIPPED and self.reason == PUT_OFF:
            return "Put off"
        if self.status == RunStatus.RUNNING and self.reason == CANCELING:
            return "Canceling"
        return str(RunStatus(self.status).label)


class ChangeOutcome(models.TextChoices):
    APPLIED = "applied", "Applied"
    HELD = "held", "Held"
    SKIPPED = "skipped", "Skipped"
    REJECTED = "rejected", "Rejected"


class SyncChange(models.Model):
    """One thing a run changed, held, skipped or rejected. Applied stock lives in StockChange.

    `data` is what a flow needs to apply a held difference later; only that flow reads it.
    """

    Outcome = ChangeOutcome

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="changes")
    key = models.CharField(max_length=200)
    field = models.CharField(max_length=40, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=ChangeOutcome)
    message = models.TextField(blank=True)
    data = models.JSONField(null=True)

    class Meta:
        constraints = [one_of("outcome", ChangeOutcome, "syncchange_outcome_known")]
        indexes = [
            models.Index(fields=["run", "outcome"], name="syncchange_run_outcome"),
            models.Index(fields=["key", "-id"], name="syncchange_key_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.field}".strip()
