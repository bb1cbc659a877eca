"""Say that the database is a restored backup, before the workers start again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from orders.services.restoring import VERIFY_DAYS, note_restore


class Command(BaseCommand):
    help = (
        "After a backup was restored: look for every partner order at the partner before it is "
        f"sent, for {VERIFY_DAYS} days. Run it before `manage.py up`. Harmless when repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in note_restore(timezone.now()).items():
            self.stdout.write(f"{number} {name}")
        self.stdout.write("Now start the portal. The alert on its dashboard says what it does.")
