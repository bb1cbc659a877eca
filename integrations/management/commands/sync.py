"""Run one flow of one connection here and now."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations import registry
from integrations.management.order_options import add_order_options, order_params
from integrations.management.purchase_options import add_purchase_options, purchase_params
from integrations.models import Connection, SyncChange, SyncRun
from integrations.models.runs import PUT_OFF
from integrations.services.progress import say_progress
from integrations.services.put_off import next_run_of
from integrations.services.run_requests import request_run
from integrations.services.runs import COUNTS, run_flow

EXIT_CODES = {
    "completed": 0, "failed": 1, "interrupted": 1, "held": 3, "skipped": 4, "canceled": 4,
    "partial": 5, "queued": 4, "running": 4,
}  # fmt: skip
BAR, REDRAW_S, MOST_NOTES = 30, 0.1, 100


class Command(BaseCommand):
    help = (
        "Run one flow of a connection now. Exit code: 0 completed, 1 failed or interrupted, "
        "2 usage, 3 held, 4 skipped (also put off, canceled or already running), 5 partial."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", help="short name of the connection")
        parser.add_argument("flow", help="for example products or stock")
        parser.add_argument("--sku", action="append", default=[], help="only this one; repeatable")
        parser.add_argument("--since", help="only what changed after this time (ISO 8601)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        add_order_options(parser)
        add_purchase_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = self._connection(options["connection"])
        self._check_flow(connection, options["flow"])
        trigger = SyncRun.Trigger.COMMAND
        with_bar = sys.stderr.isatty() and not options["json"]
        run, is_new = request_run(
            connection, options["flow"], trigger=trigger, params=_params(options), inline=True
        )
        if is_new and with_bar:
            # Without its style: what is under way is no error.
            bar = Bar(partial(self.stderr.write, style_func=str))
            self._run(run, bar)
            run.refresh_from_db()
            bar.end(run)
        elif is_new:
            self._run(run, _no_bar)
            run.refresh_from_db()
        self._report(run, is_new=is_new, as_json=options["json"])
        if code := EXIT_CODES[run.status]:
            sys.exit(code)

    def _run(self, run: SyncRun, progress: Callable[[SyncRun], object]) -> None:
        try:
            run_flow(run.pk, progress)
        except KeyboardInterrupt:
            run.move(
                SyncRun.Status.RUNNING,
                SyncRun.Status.INTERRUPTED,
                reason="stopped",
                error="It was stopped by hand. What it had written stays; run it again to go on.",
                finished_at=timezone.now(),
            )

    def _connection(self, slug: str) -> Connection:
        row = Connection.objects.filter(slug=slug).first()
        if row is None:
            known = ", ".join(Connection.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(
                f"There is no connection {slug!r}. Known: {known or 'none'}.", returncode=2
            )
        return row

    def _check_flow(self, connection: Connection, name: str) -> None:
        names = sorted(flow.name for flow in registry.flows_of(connection.provider_class))
        if name not in names:
            raise CommandError(
                f"{connection.name} cannot do {name!r}. It can: {', '.join(names) or 'nothing'}.",
                returncode=2,
            )

    def _report(self, run: SyncRun, *, is_new: bool, as_json: bool) -> None:
        counts = {name: getattr(run, name) for name in COUNTS}
        if as_json:
            answer = {"run": run.pk, "status": run.status, **counts, "error": run.error}
            if run.params.get("skus") or run.params.get("references"):
                answer["notes"] = _notes(run)
            self.stdout.write(json.dumps(answer))
            return
        if not is_new:
            waits = f": {run.error}" if run.waits_until and run.error else "."
            self.stdout.write(f"Run #{run.pk} was asked for before and is {run.status}{waits}")
            return
        said = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        word = run.get_status_display().lower()
        self.stdout.write(f"Run #{run.pk} {word}: {said or 'nothing to do'}.")
        if run.error:
            self.stdout.write(run.error)
        if run.reason == PUT_OFF and (later := next_run_of(run)):
            self.stdout.write(f"Run #{later.pk} goes on with it; a worker must be up then.")


def _notes(run: SyncRun) -> list[str]:
    """What was said of the SKUs or orders that were asked for and could not be used."""
    left = [SyncChange.Outcome.SKIPPED, SyncChange.Outcome.REJECTED]
    rows = run.changes.filter(outcome__in=left).order_by("pk")[:MOST_NOTES]
    return [f"{row.key}: {row.message}" for row in rows]


def _params(options: dict[str, Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if options["sku"]:
        params["skus"] = options["sku"]
    if options["since"]:
        params["since"] = _moment(options["since"]).isoformat()
    if options["dry_run"]:
        params["dry_run"] = True
    params |= order_params(options, options["flow"])
    return params | purchase_params(options, options["flow"], _moment)


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a time. Write one like 2026-11-20T09:00."
        raise CommandError(message, returncode=2) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_bar(run: SyncRun) -> None:
    """Nothing is shown where nobody looks."""


class Bar:
    """A line that fills up while the run goes on: rows, of how many, and pages."""

    def __init__(self, write: Callable[..., object]) -> None:
        self._write, self._drawn_at, self._width = write, 0.0, 0

    def __call__(self, run: SyncRun) -> None:
        if time.monotonic() - self._drawn_at >= REDRAW_S:
            self._draw(run)
            self._drawn_at = time.monotonic()

    def end(self, run: SyncRun) -> None:
        """Draw how far it came, and leave the line."""
        self._draw(run, ending="\n")

    def _draw(self, run: SyncRun, ending: str = "") -> None:
        text = say_progress(run)
        if run.total:
            filled = BAR * min(run.processed, run.total) // run.total
            text = f"[{'#' * filled}{'.' * (BAR - filled)}] {text}"
        self._width = max(self._width, len(text))
        self._write(f"\r{text:<{self._width}}", ending=ending)
