"""A database that is away, full, busy or read-only is said in words; other faults are not."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, InternalError, OperationalError, connection
from django.test import Client

from config.faults import database_fault


@pytest.fixture
def read_only(db: None) -> Iterator[None]:
    """The database really refuses every change from here on."""
    on, off = {
        "sqlite": ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
        "postgresql": ("SET transaction_read_only=on", "SET transaction_read_only=off"),
    }[connection.vendor]
    connection.cursor().execute(on)
    yield
    if connection.vendor == "sqlite":
        connection.cursor().execute(off)  # PostgreSQL forgets it with the test's transaction


def test_a_change_in_a_read_only_database_is_a_page_that_says_so(db, request):
    User.objects.create_superuser("mia", password="a-long-password-7")
    request.getfixturevalue("read_only")
    browser = Client(raise_request_exception=False)

    answer = browser.post(
        "/admin/login/?next=/admin/", {"username": "mia", "password": "a-long-password-7"}
    )

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    page = answer.content.decode()
    assert "The database takes no changes" in page
    assert "Nothing was changed" in page
    assert "manage.py doctor" in page


def fault(kind: type[Exception], cause: Exception) -> str:
    exc = kind("detail that is not shown")
    exc.__cause__ = cause
    words = database_fault(exc)
    return words[0] if words else ""


def sqlite_error(name: str) -> sqlite3.OperationalError:
    exc = sqlite3.OperationalError(name)
    exc.sqlite_errorname = name
    return exc


@pytest.mark.parametrize(
    ("kind", "cause", "title"),
    [
        (OperationalError, psycopg.errors.DiskFull(), "The database has no room left"),
        (OperationalError, sqlite_error("SQLITE_FULL"), "The database has no room left"),
        (OperationalError, sqlite_error("SQLITE_READONLY"), "The database takes no changes"),
        (InternalError, psycopg.errors.ReadOnlySqlTransaction(), "The database takes no changes"),
        (OperationalError, sqlite_error("SQLITE_BUSY"), "The database is busy"),
        (OperationalError, psycopg.errors.DeadlockDetected(), "The database is busy"),
        (OperationalError, psycopg.errors.AdminShutdown(), "The database does not answer"),
        (OperationalError, psycopg.OperationalError(), "The database does not answer"),
        (IntegrityError, psycopg.errors.UniqueViolation(), ""),
    ],
)
def test_each_trouble_has_its_words(kind, cause, title):
    assert fault(kind, cause) == title


def test_another_fault_is_the_other_page(db, monkeypatch):
    def break_down(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("config.health.readiness", break_down)

    answer = Client(raise_request_exception=False).get("/readyz")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
