"""TrigramIndex: finds parts of a text on PostgreSQL; on SQLite there is nothing to make."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table

EXTENSION = "pg_trgm"
NOTHING = "SELECT 1"
# The form Django gives `icontains` there; another expression would find nothing by the index.
CREATE = "CREATE INDEX%(how)s IF NOT EXISTS %(name)s ON %(table)s USING gin (%(what)s)"
WHAT = "UPPER({}::text) gin_trgm_ops"
log = logging.getLogger(__name__)


class TrigramIndex(models.Index):
    """An index of one text column for `icontains`. Skipped where pg_trgm cannot be had: the search
    works without, slower, and `manage.py doctor` says so."""

    def create_sql(
        self, model: Any, schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Any:
        """The statement; one that does nothing where there can be no such index."""
        if not has_trigrams(schema_editor.connection):
            return Statement(NOTHING)
        quote, field = schema_editor.quote_name, model._meta.get_field(self.fields[0])
        return Statement(
            CREATE,
            table=Table(model._meta.db_table, quote),
            name=quote(self.name),
            what=WHAT.format(quote(field.column)),
            how=" CONCURRENTLY" if kwargs.get("concurrently") else "",
        )

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor, **kwargs: Any) -> Any:
        """Gone, if it was there."""
        name = schema_editor.quote_name(self.name)
        return Statement("DROP INDEX IF EXISTS %(name)s", name=name)


def has_trigrams(db: Any = connection) -> bool:
    """Whether the database has pg_trgm where a statement finds it."""
    if db.vendor != "postgresql":
        return False
    with db.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid)"
        )
        return cursor.fetchone() is not None


def make_extension(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For a migration: CREATE EXTENSION, where the server has it and we may."""
    db = schema_editor.connection
    if db.vendor != "postgresql" or has_trigrams(db):
        return
    try:
        with transaction.atomic(db.alias), db.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
    except ProgrammingError as exc:
        log.warning("%s: %s Search will be slow; `manage.py doctor` says more.", EXTENSION, exc)


def analyze(app: str) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """For a migration: let PostgreSQL see what is in the new indexes of an app.

    Before it has, it takes a word for more common than it is, and reads the table instead.
    """

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        ours = {m._meta.db_table for m, _ in trigram_indexes() if m._meta.app_label == app}
        # A table of a later migration is not there yet.
        for table in ours.intersection(schema_editor.connection.introspection.table_names()):
            schema_editor.execute(f"ANALYZE {schema_editor.quote_name(table)}")

    return run


def trigram_indexes() -> Iterator[tuple[type[models.Model], TrigramIndex]]:
    """All that the models declare."""
    for model in apps.get_models():
        for index in model._meta.indexes:
            if isinstance(index, TrigramIndex):
                yield model, index


def missing_indexes() -> list[tuple[type[models.Model], TrigramIndex]]:
    """Declared, and not there or not usable. On PostgreSQL only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indisvalid AND pg_table_is_visible(i.indrelid)"
        )
        there = {name for (name,) in cursor.fetchall()}
    return [(model, index) for model, index in trigram_indexes() if index.name not in there]


def make_missing_indexes() -> list[str]:
    """Make them while the portal works on; returns their names. Needs pg_trgm."""
    made, missing = [], missing_indexes()
    # Within a transaction, as in a test, PostgreSQL makes no index beside the work of others.
    beside = not connection.in_atomic_block
    for model, index in missing:
        with connection.schema_editor(atomic=False) as editor:
            editor.execute(index.remove_sql(model, editor), params=None)
            editor.execute(index.create_sql(model, editor, concurrently=beside), params=None)
        made.append(index.name)
    with connection.schema_editor(atomic=False) as editor:
        for app in {model._meta.app_label for model, _ in missing}:
            analyze(app)(None, editor)
    return made
