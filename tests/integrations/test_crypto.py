"""Credentials at rest: encrypted, bound to their row, fail closed, never shown by accident."""

import json
import pickle

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import SystemCheckError
from django.db import DatabaseError
from django.db import connection as database

from integrations.checks import refuse_wrong_keys
from integrations.crypto import CredentialUnreadable, parse_keys
from integrations.models import Connection

pytestmark = pytest.mark.django_db
SECRET = {"client_secret": "hush-hush-0042"}


@pytest.fixture
def row() -> Connection:
    row = Connection(provider="shopify", slug="own", name="Own")
    row.secrets = SECRET
    row.save()
    return Connection.objects.get()


def stored() -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT secrets FROM integrations_connection WHERE slug = 'own'")
        return str(cursor.fetchone()[0])


def test_it_comes_back_and_lies_encrypted(row):
    assert row.secrets.reveal() == SECRET
    assert stored().startswith("v1:test:")
    assert "hush" not in stored()


def test_it_is_not_shown_by_accident(row):
    for text in (repr(row.secrets), str(row.secrets), f"{row.secrets}", repr(vars(row))):
        assert "hush" not in text
    with pytest.raises(TypeError):
        pickle.dumps(row.secrets)
    with pytest.raises(TypeError):
        json.dumps(row.secrets)
    with pytest.raises(TypeError):
        serializers.serialize("json", [row])


def test_a_wrong_key_is_an_error_and_saving_damages_nothing(row, settings):
    before = stored()
    settings.CREDENTIAL_KEYS = f"test:{Fernet.generate_key().decode()}"

    with pytest.raises(CredentialUnreadable, match="does not open"):
        row.secrets.reveal()
    row.save()

    assert stored() == before


def test_a_missing_key_is_named_and_stops_the_start(row, settings):
    settings.CREDENTIAL_KEYS = f"other:{Fernet.generate_key().decode()}"

    with pytest.raises(CredentialUnreadable, match="'test' is not in CREDENTIAL_KEYS"):
        row.secrets.reveal()
    errors = run_checks(tags=["credentials"])
    assert [error.id for error in errors] == ["integrations.E001"]
    assert "need the key test" in errors[0].msg


def test_another_key_of_the_same_name_stops_the_start(row, settings):
    settings.CREDENTIAL_KEYS = f"test:{Fernet.generate_key().decode()}"

    with pytest.raises(SystemCheckError, match=r"E002\) The key test .* Put the right key back"):
        refuse_wrong_keys()


def test_good_keys_let_it_start(row):
    refuse_wrong_keys()


def test_one_damaged_value_is_a_warning_and_the_start_goes_on(row):
    other = Connection(provider="shopify", slug="other", name="Other")
    other.secrets = SECRET
    other.save()
    Connection.objects.filter(slug="own").update(secrets=stored()[:-2] + "xx")

    refuse_wrong_keys()

    (warning,) = run_checks(tags=["credentials"])
    assert (warning.id, "of Own cannot be read" in warning.msg) == ("integrations.W001", True)
    assert Connection.objects.get(slug="other").secrets.reveal() == SECRET


def test_before_the_first_migrate_there_is_nothing_to_open(row, monkeypatch):
    def no_table(*args, **kwargs):
        raise DatabaseError("no such table")

    monkeypatch.setattr(Connection.objects, "only", no_table)
    assert run_checks(tags=["credentials"]) == []


def test_an_old_key_still_opens_after_a_new_one_was_put_first(row, settings):
    old = settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = f"new:{Fernet.generate_key().decode()},{old}"

    assert row.secrets.reveal() == SECRET
    row.secrets = {"client_secret": "fresh"}
    row.save()

    assert stored().startswith("v1:new:")


def test_a_value_copied_to_another_row_does_not_open_there(row):
    thief = Connection.objects.create(provider="shopify", slug="thief", name="Thief")
    Connection.objects.filter(pk=thief.pk).update(secrets=stored())

    with pytest.raises(CredentialUnreadable, match="another row"):
        Connection.objects.get(pk=thief.pk).secrets.reveal()


def test_plain_text_never_reaches_the_database(row):
    with pytest.raises(TypeError, match="seal"):
        Connection.objects.update(secrets=SECRET)
    with pytest.raises(TypeError, match="seal"):
        Connection.objects.update(secrets="hush")
    assert row.secrets.reveal() == SECRET


def test_nothing_stored_reveals_nothing(db):
    empty = Connection.objects.create(provider="shopify", slug="empty", name="Empty")

    assert empty.secrets.reveal() == {}
    assert not empty.secrets


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "is empty"), ("a:short", "'a' is not a Fernet key"), ("x", "no name|'x'")],
)
def test_wrong_keys_are_named(text, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence):
        parse_keys(text)
