"""FlowSchedule: when a flow of a connection runs. Its lease is what keeps two runs apart."""

from django.db import models
from django.db.models import F, Q

from integrations.models.base import Leased, Stamped
from integrations.models.connection import Connection

EVERY_DAY = 0b1111111


class FlowSchedule(Leased, Stamped):
    """One row per flow, manual ones too.

    `weekdays` is a bit mask (Monday is 1, Sunday 64). `daily_at` and the inclusive window are
    wall-clock times in `timezone` (IANA name); `next_due_at` is UTC.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="schedules")
    flow = models.CharField(max_length=40)
    every_minutes = models.PositiveIntegerField(null=True, blank=True)
    daily_at = models.TimeField(null=True, blank=True)
    weekdays = models.PositiveSmallIntegerField(default=EVERY_DAY)
    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    timezone = models.CharField(max_length=50, default="UTC")
    enabled = models.BooleanField(default=True)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    watermark = models.JSONField(default=dict, blank=True, editable=False)
    run_again = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["connection", "flow"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "flow"], name="flowschedule_connection_flow_unique"
            ),
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=True) | Q(daily_at__isnull=True),
                name="flowschedule_one_cadence",
            ),
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=True) | Q(every_minutes__gte=5),
                name="flowschedule_five_minutes_at_least",
            ),
            models.CheckConstraint(
                condition=Q(window_from__isnull=True)
                | Q(window_to__isnull=True)
                | Q(window_from__lte=F("window_to")),
                name="flowschedule_window_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(enabled=True), name="flowschedule_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection} · {self.flow.replace('_', ' ')}"

    @property
    def is_manual(self) -> bool:
        """True where no cadence is set: it runs only when somebody asks."""
        return self.every_minutes is None and self.daily_at is None
