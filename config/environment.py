"""Reading settings so that a mistake stops the start with a sentence that names it."""

import sys
import zoneinfo
from typing import Any
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


def read_secrets(env: environ.Env, name: str) -> tuple[str, str]:
    """A secret and, after a comma while it is being rotated, the one before it."""
    newest, *older = [part.strip() for part in env.str(name, "").split(",")]
    if len(older) > 1 or (older and not (newest and older[0])):
        raise ImproperlyConfigured(
            f"{name} holds the secret, or `new,old` while you rotate it. Write it so."
        )
    return newest, older[0] if older else ""


def read_url(env: environ.Env, name: str, default: str, *, https: bool = False) -> str:
    """An http(s) address without a trailing slash, or the default where it is empty.

    With `https` only that: passwords are sent there.
    """
    value: str = env.str(name, "") or default
    if value and not _is_address(value):
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole address, https://...")
    if value and https and urlsplit(value).scheme != "https":
        raise ImproperlyConfigured(f"{name} is {value!r}: a password goes there, so use https://")
    return value.rstrip("/")


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    try:
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def read_hosts(env: environ.Env, name: str, default: list[str]) -> list[str]:
    """Comma-separated host names; an empty list would refuse every page."""
    hosts: list[str] = [host.strip() for host in env.str(name, "").split(",") if host.strip()]
    if not hosts and env.str(name, "unset") != "unset":
        raise ImproperlyConfigured(f"{name} is empty: write the host names, or leave it out.")
    return hosts or default


def read_choice(env: environ.Env, name: str, default: str, choices: str) -> str:
    """One of a few words, space-separated in `choices`."""
    value: str = env.str(name, default)
    if value not in choices.split():
        raise ImproperlyConfigured(f"{name} is {value!r}: use one of {choices}.")
    return value


def read_flag(env: environ.Env, name: str, default: bool = False) -> bool:
    """Yes or no."""
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    value: str = env.str(name, "").strip().lower()
    if value and value not in words:
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 for yes or 0 for no.")
    return words.get(value, default)


def read_number(env: environ.Env, name: str, default: float, least: float = 0) -> float:
    """A number, `least` or more; whole where the default is."""
    value: str = env.str(name, "") or str(default)
    try:
        number = type(default)(value)
    except ValueError:
        number = least - 1
    if number < least:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a number like {default}.")
    return number


def read_zone(env: environ.Env, name: str, default: str) -> str:
    """An IANA time zone, like America/Los_Angeles."""
    value: str = env.str(name, default)
    if value not in zoneinfo.available_timezones():
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which is not a time zone. Write one like America/Los_Angeles."
        )
    return value


def read_database(env: environ.Env, default: str) -> dict[str, Any]:
    """DATABASE_URL as Django's mapping: SQLite or PostgreSQL."""
    value: str = env.str("DATABASE_URL", "") or default
    if value.split(":", 1)[0] not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood. Write postgres://user:password@host/name, or "
            "sqlite:///path, or leave it out."
        )
    found: dict[str, Any] = env.db_url_config(value)
    return found


def read_email(env: environ.Env) -> dict[str, Any]:
    """EMAIL_URL as Django's settings; without it mail goes to the terminal."""
    value: str = env.str("EMAIL_URL", "") or "consolemail://"
    scheme, sign, _ = value.partition("://")
    if not sign or scheme not in environ.Env.EMAIL_SCHEMES:
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood. Write smtp+tls://user:password@host:587."
        )
    found: dict[str, Any] = env.email_url_config(value)
    return found
