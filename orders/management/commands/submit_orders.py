"""Place partner orders that are due, from a script or by hand."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from catalog.models import Partner
from orders.models import PartnerOrder
from orders.services.batches import due_orders, submit_due_batches
from orders.services.closing import needs_approval, why_not


class Command(BaseCommand):
    help = "Close and send the partner orders that are due; a worker sends what needs no approval."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", default="", help="only this partner (its code)")
        parser.add_argument("--dry-run", action="store_true", help="only say what is due")
        parser.add_argument("--at", default="", help="as if it were this time (ISO, with zone)")
        parser.add_argument("--json", action="store_true", help="machine-readable answer")

    def handle(self, *args: Any, **options: Any) -> None:
        now, partner = _moment(options["at"]), _partner(options["partner"])
        rows = _plan(now, partner) if options["dry_run"] else _submit(now, partner)
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            self.stdout.write(f"{row['reference']}  {row['outcome']}  {row['reason']}".rstrip())
        if not rows:
            self.stdout.write("Nothing is due.")


def _moment(text: str) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--at {text!r} is not a time with a zone, like 2026-11-20T18:00+01:00.")
    return moment


def _partner(code: str) -> Partner | None:
    if not code:
        return None
    found = Partner.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no partner with the code {code!r}.")
    return found


def _plan(now: datetime, partner: Partner | None) -> list[dict[str, str]]:
    return [_said(row, "would wait", why_not(row)) for row in due_orders(now, partner)]


def _said(row: PartnerOrder, waits: str, reasons: list[str]) -> dict[str, str]:
    outcome = waits if reasons else "would be closed"
    return {"reference": row.reference, "outcome": outcome, "reason": " ".join(reasons)}


def _submit(now: datetime, partner: Partner | None) -> list[dict[str, str]]:
    done = submit_due_batches(now, partner)
    sent = [
        {
            "reference": one.reference,
            "outcome": "to approve" if needs_approval(one) else "sending",
            "reason": "",
        }
        for one in done.submissions
    ]
    waiting = [
        {"reference": reference, "outcome": "waits", "reason": reason}
        for reference, reason in done.waiting.items()
    ]
    return sent + waiting
