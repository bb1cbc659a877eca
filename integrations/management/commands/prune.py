"""Delete what is past its time; the nightly job does the same."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from integrations.services.retention import prune


class Command(BaseCommand):
    help = "Delete old webhooks, calls, runs and finished jobs. Repeating is harmless."

    def handle(self, *args: Any, **options: Any) -> None:
        for what, number in prune(timezone.now()).items():
            self.stdout.write(f"{number:>8} {what}")
