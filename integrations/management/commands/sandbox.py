"""manage.py sandbox: the provider simulator in a process of its own."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox.config import DEFAULT_API_KEY, DEFAULT_API_SECRET, Config
from integrations.sandbox.server import Server, serve
from integrations.sandbox.state import StateError


class Command(BaseCommand):
    """Serves until SIGTERM or SIGINT, then saves and exits with 0."""

    help = "Simulated stores and ERP, mailbox and failure dials on 127.0.0.1, with a ledger."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8100, help="0 takes any free port")
        parser.add_argument("--smtp-port", type=int, default=8125, help="where mail is received")
        parser.add_argument("--state", type=Path, help="keep everything in this file")
        parser.add_argument("--api-key", help="client id of the app; default SHOPIFY_API_KEY")
        parser.add_argument("--api-secret", help="its secret; default SHOPIFY_API_SECRET")
        parser.add_argument(
            "--retry-base", type=float, default=2.0, help="seconds before the first webhook retry"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        server = self._start(options)
        self.stdout.write(f"Sandbox ready at {server.url} (mail on 127.0.0.1:{server.smtp_port})")
        self.stdout.flush()
        stop.wait()
        server.close()

    def _start(self, options: dict[str, Any]) -> Server:
        config = Config(
            port=options["port"],
            smtp_port=options["smtp_port"],
            state_path=options["state"],
            api_key=options["api_key"]
            or getattr(settings, "SHOPIFY_API_KEY", "")
            or DEFAULT_API_KEY,
            api_secret=options["api_secret"]
            or getattr(settings, "SHOPIFY_API_SECRET", "")
            or DEFAULT_API_SECRET,
            webhook_retry_base_seconds=options["retry_base"],
        )
        try:
            return serve(config)
        except StateError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            ports = f"{config.port} and {config.smtp_port}"
            raise CommandError(f"The sandbox needs ports {ports}: {exc}") from exc


def _setting(name: str) -> str:
    return str(getattr(settings, name, ""))
