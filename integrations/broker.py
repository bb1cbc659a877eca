"""The queue's order: ticks and signs of life first, then whatever has waited longest.

The queue's own broker takes jobs in no order. Behind a thousand webhooks the minute tick, which
brings back what died and looks up what is unconfirmed, would come last of all, and a worker busy
for five minutes would be taken for a hanging one, because its sign of life waits in its queue.
"""

from time import sleep
from typing import Any

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.signing import SignedPackage

FIRST = frozenset(
    {
        "integrations.tasks.tick",
        "orders.tasks.tick",
        "integrations.tasks.heartbeat_crossdock",
        "integrations.tasks.heartbeat_flows",
    }
)
AHEAD = " first"  # a queue's urgent jobs lie under its name and this


class OrderedQueue(ORM):  # type: ignore[misc]
    """The queue in our database. Named in settings.Q_CLUSTER; django-q2 makes the instances."""

    def enqueue(self, task: str) -> Any:
        """Put a signed job at the end of the queue, or ahead of it; returns the row's id."""
        key = self.list_key or Conf.CLUSTER_NAME
        if SignedPackage.loads(task)["func"] in FIRST:
            key += AHEAD
        return self.get_connection().create(key=key, payload=task, lock=timezone.now()).pk

    def dequeue(self) -> list[tuple[int, str]]:
        """Take the job whose turn it is, if there is one; else rest a little."""
        keys = [self.list_key, self.list_key + AHEAD]
        free = self.get_connection().filter(key__in=keys, lock__lt=timezone.now())
        row = free.order_by("-key", "lock", "pk").first()  # the longer key is the greater one
        if row is None:
            sleep(Conf.POLL)
            return []
        taken = self.get_connection().filter(pk=row.pk, lock=row.lock)
        # No row: another worker was faster.
        return [(row.pk, row.payload)] if taken.update(lock=self.timeout(row)) else []
