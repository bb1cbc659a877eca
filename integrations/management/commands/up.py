"""Everything on one machine: the portal, both worker clusters and, if asked for, the sandbox."""

import http.client
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from integrations.services.heartbeats import SILENT_AFTER, ask_for_beats, last_beats
from integrations.services.queue_schedules import sync_schedules
from integrations.supervisor import Child, Supervisor, used_ports

LOOPBACK = ("127.0.0.1", "localhost")


class Command(BaseCommand):
    help = "Run the portal and its workers, watched and restarted. Ctrl-C stops them cleanly."

    def add_arguments(self, parser: CommandParser) -> None:
        base = urlsplit(settings.BASE_URL)
        own_port = base.port if base.hostname in LOOPBACK and base.port else 8000
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=own_port, help="port of the portal")
        parser.add_argument("--migrate", action="store_true", help="migrate PostgreSQL at start")
        parser.add_argument("--sandbox", action="store_true", help="also run the simulated stores")
        sandbox_port = urlsplit(settings.SANDBOX_URL).port or 8100
        parser.add_argument("--sandbox-port", type=int, default=sandbox_port)
        parser.add_argument("--mail-port", type=int, default=8125, help="its mailbox, by SMTP")
        parser.add_argument("--sandbox-state", default="", help="file that keeps its stores")
        parser.add_argument(
            "--grace", type=float, default=30, help="seconds a job in hand gets to finish"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sandbox"] and not settings.SANDBOX_URL:
            raise CommandError(
                "--sandbox plays the stores, but calls go to the real ones. Set "
                "SANDBOX_URL=http://127.0.0.1:8100 and ALLOW_PRIVATE_HOSTS=1, or run `make demo`."
            )
        self._check_ports(options)
        self._migrate(asked=options["migrate"])
        sync_schedules(timezone.now())
        ask_for_beats()
        connection.close()
        supervisor = Supervisor(
            _children(options),
            say=self._say,
            last_beats=_beats,
            silent_after=SILENT_AFTER,
            grace_s=options["grace"],
        )
        supervisor.run(Announcement(options["host"], options["port"], self._say))
        self._say("Stopped.")

    def _check_ports(self, options: Mapping[str, Any]) -> None:
        taken = used_ports(options["host"], [options["port"]])
        if options["sandbox"]:
            taken += used_ports(LOOPBACK[0], [options["sandbox_port"], options["mail_port"]])
        if taken:
            raise CommandError(
                f"Port {taken[0]} is in use. Stop what uses it, or choose another with "
                "--port, --sandbox-port or --mail-port."
            )

    def _migrate(self, *, asked: bool) -> None:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if not missing:
            return
        if not (asked or settings.IS_SQLITE):
            raise CommandError(
                f"The database lacks {missing} migrations. Run `manage.py migrate` first, "
                "or start with --migrate."
            )
        self._say(f"Applying {missing} migrations.")
        call_command("migrate", verbosity=0, interactive=False)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class Announcement:
    """Says the address once the portal answers."""

    def __init__(self, host: str, port: int, say: Any) -> None:
        self.host = LOOPBACK[0] if host == "0.0.0.0" else host  # noqa: S104
        self.port, self.say, self.done = port, say, False

    def __call__(self) -> None:
        if not self.done and answers(self.host, self.port):
            self.done = True
            self.say(f"Crossdock is at http://{self.host}:{self.port}")


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """True if something answers HTTP 200 there."""
    client = http.client.HTTPConnection(host, port, timeout=2)
    try:
        client.request("GET", path)
        return client.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _children(options: Mapping[str, Any]) -> list[Child]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--no-access-log"]
    web += ["--app-dir", str(settings.BASE_DIR), "--log-level", "warning"]
    web += ["--host", options["host"], "--port", str(options["port"])]
    web += ["--timeout-graceful-shutdown", "5"]
    env = {"CROSSDOCK_PROCESS": "cluster", "BASE_URL": _base_url(options["port"])}
    children = [
        Child("The portal", web, env | {"CROSSDOCK_PROCESS": "asgi"}),
        Child("The worker", [*manage, "qcluster"], env, "crossdock"),
        Child(
            "The worker of long runs",
            [*manage, "qcluster"],
            env | {"Q_CLUSTER_NAME": "flows"},
            "flows",
        ),
    ]
    if options["sandbox"]:
        flags = [f"--port={options['sandbox_port']}", f"--smtp-port={options['mail_port']}"]
        if options["sandbox_state"]:
            flags.append(f"--state={options['sandbox_state']}")
        sandbox = Child("The sandbox", [*manage, "sandbox", *flags], env, serves_others=True)
        children.append(sandbox)
    return children


def _base_url(port: int) -> str:
    """Where others reach us; a loopback address follows the port given on the command line."""
    base = urlsplit(settings.BASE_URL)
    if base.hostname in LOOPBACK:
        return f"{base.scheme}://{base.hostname}:{port}"
    return settings.BASE_URL


def _beats() -> Mapping[str, datetime] | None:
    """The last heartbeats; None while the database is away."""
    try:
        return last_beats()
    except DatabaseError:
        return None
    finally:
        connection.close()
