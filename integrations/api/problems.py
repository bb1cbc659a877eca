"""Errors of the API as problem details (RFC 9457), each with a sentence that says what to do."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from ninja import Field, Schema

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
# Every `code` there is, with what it means; the docs page lists them.
CODES = {
    "no_credentials": "Neither an API key was sent nor is anybody signed in.",
    "key_unknown": "The key is not one of ours.",
    "key_revoked": "The key was revoked.",
    "key_expired": "The key is past its end, or was rotated more than 24 hours ago.",
    "owner_inactive": "The owner of the key may no longer sign in.",
    "scope_missing": "The key was not made for this.",
    "not_allowed": "The person, or the owner of the key, has not the right for this (now).",
    "csrf": "A signed-in browser sent no valid CSRF token.",
    "throttled": "More calls a minute than one caller may make.",
    "unreadable": "The body is not JSON.",
    "too_large": "The body is larger than the portal takes.",
    "invalid": "A value is wrong, or a field is unknown; `errors` says which.",
    "unknown_connection": "There is no connection with this short name.",
    "not_capable": "The system behind this connection cannot do that.",
    "ambiguous_connection": "Several systems can do it: say which.",
    "nothing_connected": "No system that could do it is known here.",
    "not_found": "There is nothing at this address.",
    "wrong_method": "The address is right, the method is not.",
    "defect": "Something unexpected happened; the log of the portal has it.",
    "database": "The database does not answer, is busy, full or read-only.",
}


class FieldProblem(Schema):
    """One value that was refused."""

    field: str = Field(description="Where it stands: its name, in lists with its place")
    message: str = Field(description="What is wrong with it")


class ProblemOut(Schema):
    """Problem details as RFC 9457 has them, with a code for programs."""

    type: str = Field(description="Address of the code's explanation")
    title: str = Field(description="The HTTP status in words")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What is wrong and what to do, for people")
    code: str = Field(description="The same for programs; stable")
    errors: list[FieldProblem] = Field([], description="Which values were refused, if any were")


class Problem(Exception):
    """Ends a call with this status; `detail` is a sentence safe to show to the caller."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        assert code in CODES, code
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers = errors, headers or {}


def problem_response(problem: Problem) -> HttpResponse:
    """The answer it ends the call with."""
    body: dict[str, Any] = {
        "type": f"{DOCS}#{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.errors:
        body["errors"] = [{"field": name, "message": said} for name, said in problem.errors]
    answer = HttpResponse(json.dumps(body), status=problem.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        answer[name] = value
    return answer
