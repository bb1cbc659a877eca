"""What workers run: two lines each, ids only; the services do the work."""

from functools import partial

from django.utils import timezone

from integrations.admin.bulk_press import press_on_row
from integrations.models import Connection
from integrations.services import (
    bulk,
    connections,
    imports,
    installs,
    nightly,
    runs,
    subscriptions,
    ticks,
    webhooks,
)
from integrations.services.alert_mails import mail_alerts
from integrations.services.heartbeats import beat
from integrations.services.rotation import wipe_old_secrets
from integrations.services.write_import import write_import as write_rows


def run_flow(run_id: int) -> str:
    """Execute a queued run; while it lasts its beats are those of its queue."""
    return runs.run_flow(run_id, alive=partial(beat, "flows"))


def handle_event(event_id: int) -> str:
    """Understand a stored webhook."""
    return webhooks.handle(event_id)


def check_connection(connection_id: int) -> str:
    """One test call; the outcome is in the connection's row."""
    return connections.try_connection(Connection.objects.get(pk=connection_id))


def finish_install(connection_id: int) -> str:
    """Ask an account that just said yes, and did not answer then, once more."""
    return installs.finish_install(Connection.objects.get(pk=connection_id))


def ensure_webhooks(connection_id: int) -> int:
    """Subscribe to whatever a connection does not send us yet."""
    return subscriptions.ensure_webhooks(Connection.objects.get(pk=connection_id))


def do_bulk(bulk_id: int) -> str:
    """The next rows of a button that was pressed on many."""
    return bulk.do_bulk(bulk_id, press_on_row)


def read_import(job_id: int) -> str:
    """What the rows of a large file would do."""
    return imports.read_import(job_id)


def write_import(job_id: int) -> str:
    """The next rows of a file that was looked at and confirmed."""
    return write_rows(job_id)


def tick() -> int:
    """Every minute: start what is due, ask who was silent, wake up what was lost, tell admins."""
    now = timezone.now()
    started = ticks.probe(now) + ticks.start_due(now)
    return started + ticks.sweep(now) + wipe_old_secrets(now) + mail_alerts(now)


def heartbeat_crossdock() -> None:
    """The short queue is alive."""
    beat("crossdock", timezone.now())


def heartbeat_flows() -> None:
    """The queue of long runs is alive."""
    beat("flows", timezone.now())


def look_after() -> str:
    """Every night: subscriptions, tokens and old rows."""
    return nightly.look_after(timezone.now())
