"""A wrong or missing setting stops the start with a sentence that names it."""

import os
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
        ({"ENVIRONMENT": "prod"}, "ENVIRONMENT is 'prod': use one of production staging"),
        ({"SANDBOX_URL": "http://127.0.0.1:8100"}, "SANDBOX_URL is set but ALLOW_PRIVATE_HOSTS"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE is 'Mars/Olympus'"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"EMAIL_URL": "smtp"}, "EMAIL_URL is not understood"),
        ({"BASE_URL": "http://127.0.0.1:99999"}, "BASE_URL"),
        ({"ALLOWED_HOSTS": " "}, "ALLOWED_HOSTS is empty"),
        ({"REDIS_URL": "foo"}, "REDIS_URL is 'foo'"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES"),
        ({"DATABASE_URL": "postgres//nonsense"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(changed, sentence):
    said = start(**changed)

    assert sentence in said
    assert said.startswith("Crossdock cannot start.")
    assert "Traceback" not in said
