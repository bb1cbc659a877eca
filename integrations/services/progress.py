"""How far a run is, in words: for the terminal, the pages of the portal and whoever asks."""

from dataclasses import dataclass
from datetime import datetime

from integrations.models import SyncRun

Status = SyncRun.Status
ALIVE = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class Progress:
    """`percent` is None while nobody knows how many rows there are."""

    word: str
    text: str
    percent: int | None
    is_alive: bool


def progress_of(run: SyncRun, now: datetime) -> Progress:
    """From the row as loaded."""
    return Progress(
        word=run.get_status_display(),
        text=say_progress(run, now),
        percent=percent_of(run),
        is_alive=run.status in ALIVE,
    )


def percent_of(run: SyncRun) -> int | None:
    """0 to 99 while it runs: what was read must still be written."""
    if not run.total:
        return None
    return min(99, 100 * run.processed // run.total)


def say_progress(run: SyncRun, now: datetime | None = None) -> str:
    """1,200 of 100,000 rows, 24 pages; with `now` also how long the rest may take."""
    if run.status == Status.QUEUED:
        return run.error or "It waits for a free worker."
    rows = f"{run.processed:,} rows"
    if run.total:
        rows = f"{run.processed:,} of {run.total:,} rows"
    pages = {0: "", 1: ", 1 page"}.get(run.pages, f", {run.pages:,} pages")
    return f"{rows}{pages}{_rest(run, now)}"


def _rest(run: SyncRun, now: datetime | None) -> str:
    """Once a tenth is done, how long the rest takes at the same pace."""
    if now is None or run.started_at is None or not run.total:
        return ""
    if not run.total // 10 <= run.processed < run.total or not run.processed:
        return ""
    spent = (now - run.started_at).total_seconds()
    left = spent * (run.total - run.processed) / run.processed
    if left < 90:
        return f", about {max(1, round(left))} s left"
    return f", about {round(left / 60)} min left"
