"""Create or update a connection from the command line."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from integrations import registry
from integrations.errors import ProviderError
from integrations.models import Connection
from integrations.services.bootstrap import from_environment
from integrations.services.connecting import save_connection
from integrations.services.connections import check_connection
from integrations.services.installs import start_work


class Command(BaseCommand):
    help = "Create or update a connection, and check that its credentials work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", choices=sorted(registry.providers()))
        parser.add_argument("slug", help="short name of the connection, for example own-store")
        parser.add_argument("--name", default="", help="name shown to staff")
        # Not `settings`: Django's own option of that name is read before this command runs.
        parser.add_argument("--set", action="append", default=[], metavar="K=V", dest="fields")
        parser.add_argument(
            "--secret",
            action="append",
            default=[],
            metavar="K=V",
            dest="secrets",
            help="K=- asks for the value, or reads a line from a pipe; K= keeps what is stored",
        )
        parser.add_argument("--check", action="store_true", help="call the account and activate")

    def handle(self, *args: Any, **options: Any) -> None:
        given = dict(_pair(text) for text in options["fields"])
        secrets = {name: _read(name, value) for name, value in map(_pair, options["secrets"])}
        given, secrets = self._with_environment(options, given, secrets)
        try:
            row, is_new = save_connection(
                options["provider"], options["slug"], given, secrets, name=options["name"]
            )
        except ValidationError as exc:
            raise CommandError(_sentence(exc)) from None
        except ValueError as exc:
            raise CommandError(str(exc)) from None
        self.stdout.write(f"{row.name} was {'created' if is_new else 'updated'}.")
        if options["check"]:
            self._check(row)

    def _with_environment(
        self, options: dict[str, Any], given: dict[str, str], secrets: dict[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """What is not given is taken from the environment, where that is about this account."""
        cls = registry.provider_class(options["provider"])
        row = Connection.objects.filter(slug=options["slug"], provider=cls.slug).first()
        try:
            named = given.get(cls.account_field)
            account = cls.normalize_account(named) if named else (row.account if row else "")
            fields, hidden = from_environment(cls, account)
        except ValueError as exc:
            raise CommandError(str(exc)) from None
        taken = sorted({*(fields.keys() - given.keys()), *(hidden.keys() - secrets.keys())})
        if taken:
            self.stdout.write(f"From the environment: {', '.join(taken)}.")
        return {**fields, **given}, {**hidden, **secrets}

    def _check(self, row: Any) -> None:
        try:
            info = check_connection(row)
        except ProviderError as exc:
            raise CommandError(f"{row.name} was saved, but the check failed. {exc}") from None
        start_work(row)
        self.stdout.write(f"{info.name} ({info.account}) answers: the connection is active.")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise CommandError(f"{text!r} is not of the form name=value.")
    return name, value


def _read(name: str, value: str) -> str:
    if value != "-":
        return value
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _sentence(problem: ValidationError) -> str:
    """What is wrong, without the values: one of them may be a secret."""
    parts = [f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['msg']}" for e in problem.errors()]
    return "; ".join(parts)
