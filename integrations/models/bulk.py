"""BulkAction: one button pressed on many rows, done in the background, and what became of each."""

from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from integrations.models.base import Leased, Movable, Stamped, one_of
from integrations.models.trigrams import TrigramIndex


class BulkStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    INTERRUPTED = "interrupted", "Interrupted"
    CANCELED = "canceled", "Canceled"


class BulkAction(Movable, Leased, Stamped):
    """A draft until the person said yes; its rows are those that were chosen then.

    `action` is the button's name at the admin of `content_type`, `label` what it said. `answers`
    are the fields of its question as they were sent. `at_row` is the row a worker has in hand and
    `losses` how many workers ended with it.
    """

    Status = BulkStatus
    MOVES: ClassVar = {
        "draft": {"queued"},
        "queued": {"running", "canceled"},
        "running": {"completed", "interrupted", "canceled"},
        "interrupted": {"queued", "canceled"},
    }

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    action = models.CharField(max_length=60)
    label = models.CharField(max_length=100)
    back = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    total = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=BulkStatus, default=BulkStatus.DRAFT)
    reason = models.TextField(blank=True)
    at_row = models.BigIntegerField(null=True)
    losses = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("status", BulkStatus, "bulkaction_status_known")]
        indexes = [
            models.Index(fields=["status"], name="bulkaction_status"),
            TrigramIndex(fields=["label"], name="bulkaction_label_parts"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.things}"

    @property
    def things(self) -> str:
        """412 orders."""
        model = self.content_type.model_class()
        words = (model._meta.verbose_name, model._meta.verbose_name_plural) if model else None
        noun = str(words[self.total != 1]) if words else "rows"
        return f"{self.total:,} {noun}"


class RowOutcome(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class BulkRow(models.Model):
    """One row of it. What the row is called is read from the row itself, not copied."""

    Outcome = RowOutcome

    bulk = models.ForeignKey(BulkAction, models.CASCADE, related_name="rows")
    object_id = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=RowOutcome, default=RowOutcome.WAITING)
    note = models.TextField(blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "object_id"], name="bulkrow_once"),
            one_of("outcome", RowOutcome, "bulkrow_outcome_known"),
        ]
        indexes = [models.Index(fields=["bulk", "outcome", "id"], name="bulkrow_outcome")]

    def __str__(self) -> str:
        return f"#{self.object_id}"
