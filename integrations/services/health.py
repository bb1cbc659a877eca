"""Is everything all right? The checks behind /readyz, `manage.py doctor` and the health page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from pydantic import ValidationError

from integrations import registry
from integrations.checks import credential_keys_open_what_is_stored
from integrations.crypto import key_ids
from integrations.errors import ProviderError
from integrations.models import Connection, FlowSchedule
from integrations.models.trigrams import has_trigrams, missing_indexes
from integrations.services.bootstrap import unused_environment
from integrations.services.breaker import why_waiting
from integrations.services.connections import provider_for
from integrations.services.heartbeats import SILENT_AFTER, last_beats
from integrations.services.queue_schedules import JOBS
from integrations.words import counted, is_or_are

Level = Literal["ok", "warn", "fail"]
OVERDUE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing looked at. `fix` says what to do unless it is ok."""

    name: str
    level: Level
    message: str
    fix: str = ""


def readiness(now: datetime) -> list[Check]:
    """What must be right for the portal to work: database, migrations, workers, their schedules."""
    if (database := check_database()).level == "fail":
        return [database]
    if (migrations := check_migrations()).level == "fail":
        return [database, migrations]
    return [database, migrations, *check_workers(now), check_overdue(now), check_queue(now)]


def full_check(now: datetime, *, call: bool = True) -> list[Check]:
    """Everything, with one test call per connection unless `call` is False."""
    found = [check_settings(), *readiness(now)]
    if any(check.name in ("database", "migrations") and check.level == "fail" for check in found):
        return found
    more: list[Callable[[], Check]] = [check_search, check_keys, check_mail, check_hook_address]
    found += [check() for check in more]
    found += check_environment()
    return found + [check_account(one, call=call) for one in _connections()]


def check_environment() -> list[Check]:
    """Systems the environment holds credentials for, and nobody connected."""
    found = []
    for slug, cls in sorted(registry.providers().items()):
        given, absent = unused_environment(cls)
        if not given:
            continue
        connect = f"Run `manage.py connect {slug} {slug} --check`."
        message = f"{', '.join(given)} {is_or_are(len(given))} set, but it was never connected."
        fix = f"Set {', '.join(absent)} too. Then run `manage.py connect`." if absent else connect
        found.append(Check(f"{cls.label} in the environment", "warn", message, fix))
    return found


def _connections() -> list[Connection]:
    unused = [Connection.Status.ARCHIVED, Connection.Status.DRAFT]
    return list(Connection.objects.exclude(status__in=unused).order_by("slug"))


def check_settings() -> Check:
    """DEBUG and https where customers' data is real."""
    if settings.ENVIRONMENT in ("development", "demo"):
        return Check("settings", "ok", f"This is a {settings.ENVIRONMENT} installation.")
    if settings.DEBUG:
        return Check("settings", "fail", "DEBUG is on.", "Remove DEBUG from the environment.")
    if not settings.IS_HTTPS:
        return Check("settings", "warn", "BASE_URL is not https.", "Set BASE_URL=https://...")
    return Check("settings", "ok", f"This is the {settings.ENVIRONMENT} installation.")


def check_database() -> Check:
    """Reachable, and with the options that make several processes safe."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "PRAGMA journal_mode" if settings.IS_SQLITE else "SHOW transaction_read_only"
            )
            answer = str(cursor.fetchone()[0])
    except DatabaseError:
        fix = "Check DATABASE_URL, and that the database server runs and lets us in."
        return Check("database", "fail", "The database does not answer.", fix)
    if not settings.IS_SQLITE and answer == "on":
        fix = "Point DATABASE_URL at the primary server, or let it take writes again."
        return Check("database", "fail", "PostgreSQL answers, but takes no changes.", fix)
    if not settings.IS_SQLITE:
        return Check("database", "ok", "PostgreSQL answers.")
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode")
    if answer.lower() not in ("wal", "memory") or mode != "IMMEDIATE":
        return Check(
            "database",
            "fail",
            f"SQLite works in {answer} mode with {mode} transactions: writers will collide.",
            "Put the file on a local disk, and leave the database options as they come.",
        )
    return Check("database", "ok", "SQLite answers, in WAL mode with IMMEDIATE transactions.")


def check_migrations() -> Check:
    """No migration is missing."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        fix = "Run `manage.py migrate`."
        return Check("migrations", "fail", f"{missing} migrations are missing.", fix)
    return Check("migrations", "ok", "All migrations are applied.")


def check_workers(now: datetime) -> list[Check]:
    """Each cluster gave a sign of life lately."""
    beats = last_beats()
    return [_worker(cluster, beats.get(cluster), now) for cluster in SILENT_AFTER]


def _worker(cluster: str, beat: datetime | None, now: datetime) -> Check:
    name = f"worker {cluster}"
    fix = "Start it with `manage.py up`; if it runs, restart it: it hangs."
    if beat is None:
        return Check(name, "fail", "Nothing was ever heard from it.", fix)
    age = int((now - beat).total_seconds() // 60)
    if now - beat > SILENT_AFTER[cluster]:
        return Check(name, "fail", f"It was last heard from {counted(age, 'minute')} ago.", fix)
    return Check(name, "ok", "It works.")


def check_overdue(now: datetime) -> Check:
    """The schedules of the queue exist and run; those of the flows are not behind."""
    late = now - OVERDUE_AFTER
    queue = Schedule.objects.filter(name__in=JOBS)
    if queue.count() < len(JOBS):
        fix = "Run `manage.py sync_schedules`."
        return Check("schedules", "fail", "Schedules of the queue are missing.", fix)
    overdue = list(queue.filter(next_run__lt=late).values_list("name", flat=True))
    flows = FlowSchedule.objects.filter(
        enabled=True, next_due_at__lt=late, connection__status=Connection.Status.ACTIVE
    ).exclude(connection__paused_until__gt=now)
    if overdue or flows.exists():
        names = ", ".join([str(name) for name in overdue] or [str(one) for one in flows[:3]])
        return Check("schedules", "fail", f"Overdue: {names}.", "Look at the log of the worker.")
    return Check("schedules", "ok", "Everything due was started.")


def _jobs(number: int) -> str:
    return f"{counted(number, 'job')} {'waits' if number == 1 else 'wait'}"


def check_queue(now: datetime) -> Check:
    """Nothing waits in the short queue for longer than five minutes."""
    waiting = OrmQ.objects.filter(key__startswith="crossdock", lock__lt=now)
    oldest = waiting.order_by("lock").values_list("lock", flat=True).first()
    if oldest is not None and now - oldest > OVERDUE_AFTER:
        minutes = int((now - oldest).total_seconds() // 60)
        message = f"{_jobs(waiting.count())}, the oldest for {counted(minutes, 'minute')}."
        return Check("queue", "fail", message, "Start the worker; look at its log.")
    return Check("queue", "ok", f"{_jobs(waiting.count())}.")


def check_keys() -> Check:
    """Every stored credential opens with a configured key, and with the newest one."""
    for found in credential_keys_open_what_is_stored():
        level: Level = "fail" if found.is_serious() else "warn"
        return Check("credential keys", level, f"{found.msg} ({found.id})", found.hint or "")
    current = key_ids()[0]
    old = sum(
        bool({row.secrets.key_id, row.tokens.key_id} - {"", current})
        for row in Connection.objects.only("secrets", "tokens")
    )
    if old:
        fix = "Run `manage.py rotate_keys`."
        return Check("credential keys", "warn", f"{old} connections use an older key.", fix)
    return Check("credential keys", "ok", "All stored credentials can be read.")


def check_search() -> Check:
    """Lists are searched by index, not by reading them whole."""
    if settings.IS_SQLITE:
        return Check("search", "ok", "SQLite reads what it searches: fine for trying it.")
    if not has_trigrams():
        fix = (
            "Let the owner of the database run CREATE EXTENSION pg_trgm; in it (PostgreSQL's "
            "contrib package has it), then run `manage.py make_search_indexes`."
        )
        return Check("search", "warn", "Searching long lists is slow: pg_trgm is missing.", fix)
    if missing := missing_indexes():
        fix = "Run `manage.py make_search_indexes`; the portal works on meanwhile."
        number = f"{counted(len(missing), 'index', 'indexes')} {is_or_are(len(missing))}"
        return Check("search", "warn", f"Searching long lists is slow: {number} missing.", fix)
    return Check("search", "ok", "Every list is searched by its indexes.")


def check_mail() -> Check:
    """Where mail to customers goes."""
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend == "smtp":
        return Check("e-mail", "ok", f"Mail goes through {settings.EMAIL_HOST}.")
    fix = "Set EMAIL_URL=smtp+tls://user:password@host:587."
    return Check("e-mail", "warn", f"Mail is not sent: it goes to {backend}.", fix)


def check_hook_address() -> Check:
    """Stores can reach us only at a public https address."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    is_local = host in ("127.0.0.1", "localhost", "::1")
    if settings.SANDBOX_URL:
        return Check("webhook address", "ok", "The sandbox sends webhooks to this machine.")
    if is_local or not settings.IS_HTTPS:
        fix = "Set BASE_URL to the public https address of the portal."
        return Check("webhook address", "warn", f"No store can reach {settings.BASE_URL}.", fix)
    return Check("webhook address", "ok", f"Webhooks come to {settings.BASE_URL}/hooks/.")


def check_account(row: Connection, *, call: bool = True) -> Check:
    """A connection: what we know, and what one test call says. Changes nothing."""
    name = f"connection {row.slug}"
    if row.status == Connection.Status.NEEDS_ATTENTION:
        return Check(name, "fail", row.status_reason, "Open it in the portal and connect it again.")
    if not call and (sentence := why_waiting(row, timezone.now())):
        return Check(name, "warn", sentence, "It is tried again by itself; its page has Try now.")
    if not call:
        return Check(name, "ok", f"{row.name} is {row.get_status_display().lower()}.")
    try:
        info = provider_for(row).check()
    except ValidationError:
        said = "Its settings are not what its provider takes."
        return Check(name, "fail", said, "Its Settings & credentials in the portal show which.")
    except (ProviderError, LookupError) as exc:
        return Check(name, "fail", str(exc), "Check its credentials, and whether it is reachable.")
    if info.missing:
        missing = f"It does not allow {', '.join(info.missing)}."
        return Check(name, "fail", missing, "Connect it again and accept all permissions.")
    if sentence := why_waiting(row, timezone.now()):
        said = f"{info.name} answers, but is left alone. {sentence}"
        return Check(name, "warn", said, "What waits goes on by itself then.")
    return Check(name, "ok", f"{info.name} answers.")
