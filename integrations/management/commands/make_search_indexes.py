"""Make the indexes of the search that a migration had to leave out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from integrations.models.trigrams import has_trigrams, make_missing_indexes
from integrations.words import counted


class Command(BaseCommand):
    help = (
        "Make missing indexes of the search, on PostgreSQL once pg_trgm is there; safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_SQLITE:
            self.stdout.write("SQLite needs none.")
            return
        if not has_trigrams():
            raise CommandError(
                "pg_trgm is missing: let the owner of the database run CREATE EXTENSION pg_trgm;"
            )
        made = make_missing_indexes()
        self.stdout.write(f"{counted(len(made), 'index', 'indexes')} made.")
