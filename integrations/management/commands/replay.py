"""Handle stored webhooks again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.models import InboundEvent
from integrations.services.webhooks import replay


class Command(BaseCommand):
    help = "Handle stored webhooks again, each in its own row. Repeating is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", nargs="*", type=int, help="numbers from the webhook inbox")
        parser.add_argument(
            "--failed", action="store_true", help="all that failed or were unreadable"
        )

        parser.add_argument(
            "--no-mail", action="store_true", help="mail no customer for what comes of it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        events = list(self._chosen(options["event"], options["failed"]))
        queued, skipped = replay(events, quiet=options["no_mail"])
        for row, sentence in skipped:
            self.stderr.write(f"#{row.pk} {row.topic}: {sentence}")
        self.stdout.write(f"{queued} webhooks are handled again, {len(skipped)} are not.")

    def _chosen(self, numbers: list[int], failed: bool) -> Any:
        if failed == bool(numbers):
            raise CommandError("Name the webhooks by number, or say --failed.")
        if failed:
            status = InboundEvent.Status
            return InboundEvent.objects.filter(status__in=[status.FAILED, status.UNREADABLE])
        rows = InboundEvent.objects.in_bulk(numbers)
        if missing := [str(number) for number in numbers if number not in rows]:
            raise CommandError(f"There is no webhook {', '.join(missing)}. Nothing was replayed.")
        return rows.values()
