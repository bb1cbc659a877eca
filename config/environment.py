"""Reading settings so that a mistake stops the start with a sentence that names it."""

import sys
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Used by tests and by commands that need no secret (`collectstatic`, `make_key`, `check`).
TEST_SECRET_KEY = "only-for-tests-" + "x" * 50
TEST_CREDENTIAL_KEYS = "test:" + "A" * 43 + "="
KEYLESS_COMMANDS = ("make_key", "makemigrations", "collectstatic")


def _may_run_without_keys(testing: bool) -> bool:
    return testing or (len(sys.argv) > 1 and sys.argv[1] in KEYLESS_COMMANDS)


def read_secret_key(env: environ.Env, *, testing: bool) -> str:
    """SECRET_KEY, at least 50 characters."""
    key: str = env.str("SECRET_KEY", "")
    if not key and _may_run_without_keys(testing):
        return TEST_SECRET_KEY
    if len(key) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or shorter than 50 characters. "
            "Run `python manage.py make_key` and put both lines it prints into .env."
        )
    return key


def read_credential_keys(env: environ.Env, *, testing: bool) -> str:
    """CREDENTIAL_KEYS (`id:key,...`, the first encrypts); each key is checked."""
    from integrations.crypto import parse_keys

    text: str = env.str("CREDENTIAL_KEYS", "")
    if not text and _may_run_without_keys(testing):
        return TEST_CREDENTIAL_KEYS
    parse_keys(text)
    return text


def read_url(env: environ.Env, name: str, default: str) -> str:
    """An http(s) address without a trailing slash, or the default where it is empty."""
    value: str = env.str(name, "") or default
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole address, https://...")
    return value.rstrip("/")


def read_choice(env: environ.Env, name: str, default: str, choices: str) -> str:
    """One of a few words, space-separated in `choices`."""
    value: str = env.str(name, default)
    if value not in choices.split():
        raise ImproperlyConfigured(f"{name} is {value!r}: use one of {choices}.")
    return value
