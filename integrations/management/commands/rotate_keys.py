"""Encrypt every stored credential with the newest key."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from integrations.crypto import key_ids
from integrations.services.rotation import rotate_keys


class Command(BaseCommand):
    help = (
        "Encrypt stored credentials with the first key of CREDENTIAL_KEYS. Can be repeated and "
        "interrupted; when it reports nothing unreadable, the older keys can be removed."
    )
    # The check of the stored keys would stop the very command that repairs them.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        counts = rotate_keys()
        self.stdout.write(
            f"{counts.rotated} encrypted with {key_ids()[0]}, {counts.current} were already, "
            f"{counts.empty} are empty, {len(counts.unreadable)} cannot be read."
        )
        for name in counts.unreadable:
            self.stderr.write(f"{name}: its key is missing. Put it back into CREDENTIAL_KEYS.")
        if counts.unreadable:
            sys.exit(1)
