"""ImportJob: a file staff brought in, what each of its rows would do, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from integrations.models.base import Leased, Movable, Stamped, one_of


class ImportStatus(models.TextChoices):
    READING = "reading", "Reading"
    DRAFT = "draft", "To confirm"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted"
    CANCELED = "canceled", "Canceled"


class ImportJob(Movable, Leased, Stamped):
    """Read, shown to the person, and imported after a yes.

    `kind` names what its rows mean (`integrations.importing.kinds`). `content` is the file, packed,
    until its rows are read. `read_rows` of `total` are read while it is being read. `counts` are
    rows by what they would do, and after the end by what was done. `losses` is how many workers
    ended with it without getting further.
    """

    Status = ImportStatus
    MOVES: ClassVar = {
        "reading": {"draft", "failed", "canceled"},
        "draft": {"queued", "canceled"},
        "queued": {"running", "canceled"},
        "running": {"completed", "failed", "interrupted", "canceled"},
        "interrupted": {"queued", "canceled"},
    }

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")
    columns = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    read_rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    all_or_nothing = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=ImportStatus)
    reason = models.TextField(blank=True)
    losses = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "import"
        constraints = [one_of("status", ImportStatus, "importjob_status_known")]
        indexes = [models.Index(fields=["status"], name="importjob_status")]

    def __str__(self) -> str:
        return self.file_name


class ImportAction(models.TextChoices):
    CREATE = "create", "Create"
    UPDATE = "update", "Update"
    UNCHANGED = "unchanged", "Unchanged"
    ERROR = "error", "Error"


class ImportOutcome(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class ImportRow(models.Model):
    """One row of the file: `number` as a spreadsheet counts, `lead` the first row of its group.

    `changes` are before and after by column as they were shown; `errors` sentences by column.
    """

    Action, Outcome = ImportAction, ImportOutcome

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    lead = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=300, blank=True)
    cells = models.JSONField(default=list)
    action = models.CharField(max_length=10, choices=ImportAction)
    changes = models.JSONField(default=dict)
    errors = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=ImportOutcome, default=ImportOutcome.WAITING)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="importrow_once"),
            one_of("action", ImportAction, "importrow_action_known"),
            one_of("outcome", ImportOutcome, "importrow_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["job", "action", "outcome", "number"], name="importrow_outcome")
        ]

    def __str__(self) -> str:
        return self.name or f"row {self.number}"
