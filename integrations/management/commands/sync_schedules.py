"""Write the schedules of the queue as the code declares them."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from integrations.services.queue_schedules import sync_schedules


class Command(BaseCommand):
    help = "Write the queue's schedules as the code declares them; run it after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        kept, removed = sync_schedules(timezone.now())
        self.stdout.write(f"{kept} schedules are in place, {removed} others were removed.")
