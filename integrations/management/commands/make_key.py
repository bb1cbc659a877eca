"""Make the two secrets an installation needs."""

from typing import Any

from django.core.management.base import BaseCommand

from integrations.crypto import make_keys


class Command(BaseCommand):
    help = "Print SECRET_KEY and CREDENTIAL_KEYS for .env. Keep a copy in a safe place."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name, value in make_keys().items():
            self.stdout.write(f"{name}={value}")
