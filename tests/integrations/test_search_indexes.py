"""Indexes of the search: made on PostgreSQL, left out on SQLite and where they are forbidden."""

import logging

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Index

from integrations.models import Alert
from integrations.models.trigrams import (
    has_trigrams,
    make_extension,
    missing_indexes,
    trigram_indexes,
)
from integrations.services.health import check_search

pytestmark = pytest.mark.django_db
# Nobody has so many of these that reading them all would be slow.
SMALL = {
    *(
        "apikey",
        "user",
        "group",
        "connection",
        "flowschedule",
        "installlink",
        "partner",
        "location",
    ),
    *("unmatchedsku", "privacyrequest", "importjob"),
}
DECLARED = {(model, index.fields[0]): index for model, index in trigram_indexes()}
SEARCHED = {
    (one.opts.model_name, str(path))
    for one in admin.site._registry.values()
    for path in one.search_fields
}
IS_POSTGRES = connection.vendor == "postgresql"


@pytest.fixture
def forbidden():
    """A database without the extension, and a role that may not make it; on SQLite as it is."""
    with connection.cursor() as cursor:
        if IS_POSTGRES:
            cursor.execute("DROP EXTENSION pg_trgm CASCADE")
            cursor.execute("CREATE ROLE no_extensions")
            cursor.execute("GRANT ALL ON SCHEMA public TO no_extensions")
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO no_extensions")
            cursor.execute("SET LOCAL ROLE no_extensions")


def allow():
    """What the owner of the database does."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("CREATE EXTENSION pg_trgm")


def plan_of(rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_an_installation_has_all_of_them_where_it_can():
    assert has_trigrams() is IS_POSTGRES
    assert len(missing_indexes() if IS_POSTGRES else []) == 0
    assert check_search().level == "ok"


@pytest.mark.parametrize(("model", "name"), DECLARED, ids=str)
def test_parts_of_a_text_are_looked_up_in_its_index(model, name):
    rows = model._base_manager.order_by().filter(**{f"{name}__icontains": "abc"})

    if IS_POSTGRES:
        assert f"Bitmap Index Scan on {DECLARED[model, name].name}" in plan_of(rows)
    assert not rows.exists()


@pytest.mark.parametrize(("model", "path"), sorted(SEARCHED))
def test_every_field_a_long_list_is_searched_by_has_an_index(model, path):
    one = next(a for a in admin.site._registry.values() if a.opts.model_name == model)
    field = get_fields_from_path(one.model, path.removeprefix("="))[-1]
    if field.model._meta.model_name in SMALL:
        return
    if path.startswith("="):
        plain = [index for index in field.model._meta.indexes if type(index) is Index]
        assert field.unique or field.name in {index.fields[0] for index in plain}
    else:
        assert (field.model, field.name) in DECLARED


def test_a_migration_goes_on_where_it_may_not_make_the_extension(forbidden, caplog):
    editor = connection.SchemaEditorClass(connection)
    editor.deferred_sql = []  # SQLite lets nobody enter the editor within a transaction
    with caplog.at_level(logging.WARNING):
        make_extension(None, editor)
        for model, index in trigram_indexes():
            editor.remove_index(model, index)
            editor.add_index(model, index)

    assert has_trigrams() is False
    said = "permission denied" in caplog.text and "Search will be slow" in caplog.text
    assert said is IS_POSTGRES
    assert Alert.objects.filter(title__icontains="abc").count() == 0


def test_doctor_says_what_to_do_without_the_extension(forbidden):
    check = check_search()

    if IS_POSTGRES:
        assert check.level == "warn"
        assert check.message == "Searching long lists is slow: pg_trgm is missing."
        assert "CREATE EXTENSION pg_trgm;" in check.fix
        assert "manage.py make_search_indexes" in check.fix
    else:
        assert check.level == "ok"


def test_the_command_makes_what_is_missing_once_the_extension_is_there(forbidden, capsys):
    if not IS_POSTGRES:
        call_command("make_search_indexes")
        assert capsys.readouterr().out == "SQLite needs none.\n"
        return
    with pytest.raises(CommandError, match="CREATE EXTENSION pg_trgm;"):
        call_command("make_search_indexes")
    allow()
    assert check_search().message == (
        f"Searching long lists is slow: {len(DECLARED)} indexes are missing."
    )
    call_command("make_search_indexes")
    call_command("make_search_indexes")

    assert capsys.readouterr().out == f"{len(DECLARED)} indexes made.\n0 indexes made.\n"
    assert missing_indexes() == []
    assert check_search().level == "ok"
