"""The page for what broke: a database that is away, full or read-only is said in words, as 503."""

import sys

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error as broken

from integrations.api.problems import Problem, problem_response

RETRY_AFTER_S = 30
# SQLSTATEs of PostgreSQL, error names of SQLite.
READ_ONLY = ("25006", "SQLITE_READONLY")
FULL = ("53100", "SQLITE_FULL", "SQLITE_IOERR")
BUSY = ("40", "55P03", "57014", "SQLITE_BUSY", "SQLITE_LOCKED")


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: called while the exception that ended the request is in flight."""
    exc = sys.exc_info()[1]
    if request.path.startswith("/api/"):
        return problem_response(fault_of(exc))
    words = database_fault(exc)
    if words is None:
        return broken(request)
    title, sentence = words
    answer = render(
        request, "adminkit/no_database.html", {"title": title, "sentence": sentence}, status=503
    )
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def fault_of(exc: BaseException | None) -> Problem:
    """The same for programs; nothing of what went wrong is in it."""
    if words := database_fault(exc):
        wait = {"Retry-After": str(RETRY_AFTER_S)}
        return Problem(503, "database", ". ".join(words), headers=wait)
    said = "Something unexpected happened; the log of the portal has it. Tell who looks after it."
    return Problem(500, "defect", said)


def database_fault(exc: BaseException | None) -> tuple[str, str] | None:
    """(title, sentence) if the database itself is in trouble, None for any other fault."""
    if not isinstance(exc, OperationalError | InterfaceError | InternalError):
        return None
    code = _code(exc.__cause__)
    if code.startswith(READ_ONLY):
        return (
            "The database takes no changes",
            "It is read-only at the moment. Nothing was changed; reading works.",
        )
    if code.startswith(FULL):
        return (
            "The database has no room left",
            "Its disk is full. What you asked for was not written.",
        )
    if code.startswith(BUSY):
        return "The database is busy", "It had no time for this. Try again in a moment."
    return (
        "The database does not answer",
        "It is away or starting. Look at the row before you try again, once it is back.",
    )


def _code(cause: BaseException | None) -> str:
    name = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return str(name or "")
