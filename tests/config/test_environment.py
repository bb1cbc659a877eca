"""A wrong or missing setting stops the start with a sentence that names it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "0123456789" * 6,
    "CREDENTIAL_KEYS": f"a:{'A' * 43}=",
    "DATABASE_URL": "sqlite://:memory:",
}


def start(**changed: str) -> str:
    env = {"PATH": os.environ["PATH"], **GOOD, **changed}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=env, capture_output=True, text=True,
    )  # fmt: skip
    return done.stderr if done.returncode else ""


def test_it_starts_with_good_settings():
    assert start() == ""


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or shorter than 50 characters"),
        ({"CREDENTIAL_KEYS": ""}, "CREDENTIAL_KEYS is empty"),
        ({"CREDENTIAL_KEYS": "a:nonsense"}, "the key named 'a' is not a Fernet key"),
        ({"BASE_URL": "portal.example"}, "BASE_URL is 'portal.example': write a whole address"),
        ({"SELLERCLOUD_BASE_URL": "acme"}, "SELLERCLOUD_BASE_URL is 'acme': write a whole address"),
        ({"SELLERCLOUD_BASE_URL": "http://acme.example/rest"}, "goes there, so use https://"),
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT is 'prod': use one of production staging"),
        ({"SANDBOX_URL": "http://127.0.0.1:8100"}, "SANDBOX_URL is set but ALLOW_PRIVATE_HOSTS"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE is 'Mars/Olympus'"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"EMAIL_URL": "smtp"}, "EMAIL_URL is not understood"),
        ({"BASE_URL": "http://127.0.0.1:99999"}, "BASE_URL"),
        ({"ALLOWED_HOSTS": " "}, "ALLOWED_HOSTS is empty"),
        ({"REDIS_URL": "foo"}, "REDIS_URL is 'foo'"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES"),
        ({"WORKER_SILENT_S": "0"}, "WORKER_SILENT_S is '0'"),
        ({"DATABASE_URL": "postgres//nonsense"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(changed, sentence):
    said = start(**changed)

    assert sentence in said
    assert said.startswith("Crossdock cannot start.")
    assert "Traceback" not in said


# --- the keys of what is stored: a real database, real processes ---


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation with one connection, in a file of its own."""
    file = tmp_path_factory.mktemp("stored") / "db"
    env = {"PATH": os.environ["PATH"], **GOOD, "DATABASE_URL": f"sqlite:///{file}"}
    for arguments in (["migrate", "-v0"], CONNECT):
        done = run(["manage.py", *arguments], env)
        assert done.returncode == 0, done.stderr
    return env


CONNECT = [
    "connect", "shopify", "own", "--set", "shop=own.myshopify.com",
    "--secret", "client_secret=hush-hush",
]  # fmt: skip
MISSING = ({"CREDENTIAL_KEYS": f"b:{'B' * 43}="}, "integrations.E001", "Put the key back")
WRONG = ({"CREDENTIAL_KEYS": f"a:{'B' * 43}="}, "integrations.E002", "Put the right key back")


def run(arguments: list[str], env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "start"),
    [
        (MISSING, ["manage.py", "up"]),
        (MISSING, ["-c", "import config.wsgi"]),
        (WRONG, ["manage.py", "qcluster"]),
        (WRONG, ["-c", "import config.asgi"]),
        (WRONG, ["manage.py", *CONNECT]),
    ],
)
def test_keys_that_do_not_open_what_is_stored_stop_the_start(stored, fault, start):
    changed, name, remedy = fault
    before = secrets_in(stored)

    done = run(start, stored | changed)

    assert done.returncode == 1
    assert (name in done.stderr, remedy in done.stderr) == (True, True)
    assert secrets_in(stored) == before


def test_doctor_says_the_same(stored):
    for changed, name, remedy in (MISSING, WRONG):
        done = run(["manage.py", "doctor", "--no-calls"], stored | changed)
        assert (done.returncode, name in done.stdout, remedy in done.stdout) == (1, True, True)


def secrets_in(env: dict[str, str]) -> str:
    with sqlite3.connect(env["DATABASE_URL"].removeprefix("sqlite:///")) as database:
        return str(database.execute("SELECT secrets FROM integrations_connection").fetchone()[0])


def test_the_right_keys_start(stored):
    done = run(["-c", "import config.asgi, config.wsgi"], stored)

    assert (done.returncode, done.stderr) == (0, "")
