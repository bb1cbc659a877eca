"""Say what is right, what is not, and how to fix it."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from integrations.services.health import Check, full_check

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


class Command(BaseCommand):
    help = "Check settings, database, workers, mail, keys and every connection; exit 1 on a fail."
    # It says itself what the checks of other commands stop at.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--no-calls", action="store_true", help="do not call the connected systems"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = full_check(timezone.now(), call=not options["no_calls"])
        failed = any(check.level == "fail" for check in found)
        if options["json"]:
            checks = [asdict(check) for check in found]
            self.stdout.write(json.dumps({"ok": not failed, "checks": checks}, indent=2))
        else:
            for check in found:
                self._print(check)
        if failed:
            sys.exit(1)

    def _print(self, check: Check) -> None:
        styles = {"ok": self.style.SUCCESS, "warn": self.style.WARNING, "fail": self.style.ERROR}
        self.stdout.write(
            f"{styles[check.level](MARKS[check.level])}  {check.name}: {check.message}"
        )
        if check.level != "ok" and check.fix:
            self.stdout.write(f"      {check.fix}")
