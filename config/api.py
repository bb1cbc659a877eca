"""The portal's API: each app's router under one address, and every error as problem details."""

import logging
from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from catalog import api as catalog_api
from config.faults import fault_of
from integrations import api as integrations_api
from integrations.api.callers import NO_CREDENTIALS, unauthorized
from integrations.api.problems import DOCS, MEDIA_TYPE, Problem, ProblemOut, problem_response
from inventory import api as inventory_api
from orders import api as orders_api

log = logging.getLogger(__name__)
ROOT = "/api/v1/"
View = Callable[..., Any]
# What any endpoint may answer; those of its own stand at the endpoint.
ERRORS = {
    401: "No valid API key, and nobody is signed in",
    403: "The key lacks the scope, or its owner the right",
    422: "A value is wrong, or a field is unknown",
    429: "Too many calls; Retry-After says when to go on",
    500: "Something unexpected happened; nothing about it can be done from outside",
    503: "The database cannot be used at the moment",
}
BODY_ERRORS = {
    400: "The body is not JSON",
    409: "No system that could do it is known here",
    413: "The body is larger than the portal takes",
}
ROW_ERRORS = {404: "There is no such row"}
ABOUT = (
    "Ask for runs of Crossdock and read what came of them, read products, stock and how far orders "
    "are. Call with an API key: "
    "`Authorization: Bearer cd_...`. All times are UTC. Errors are problem details (RFC 9457)."
)


class PortalApi(NinjaAPI):
    """Ninja's, whose document names our errors as what they are."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The document, with the answers every endpoint has in common."""
        document = super().get_openapi_schema(**{"path_prefix": ROOT} | options)
        document.pop("servers", None)
        template = "#/components/schemas/{model}"
        schema = ProblemOut.model_json_schema(ref_template=template, mode="serialization")
        document["components"]["schemas"] |= schema.pop("$defs", {}) | {"Problem": schema}
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for path, operation in _operations(document):
            more = BODY_ERRORS if "requestBody" in operation else {}
            errors = ERRORS | more | (ROW_ERRORS if "{" in path else {})
            for status, words in sorted(errors.items()):
                operation["responses"][status] = {"description": words, "content": content}
            for sent in operation.get("requestBody", {}).get("content", {}).values():
                # Beside a default Ninja wraps the body's schema, and the default says nothing.
                sent["schema"] = next(iter(sent["schema"].get("allOf", [sent["schema"]])))
        return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


api = PortalApi(
    title="Crossdock API",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
api.add_router("/sync", integrations_api.router)
api.add_router("/products", catalog_api.router)
api.add_router("/inventory", inventory_api.router)
api.add_router("/orders", orders_api.router)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, exc: Problem) -> HttpResponse:
    """What our own code says."""
    return problem_response(exc)


@api.exception_handler(AuthenticationError)
def on_nobody(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
    """Neither a key nor a session."""
    return problem_response(unauthorized("no_credentials", NO_CREDENTIALS))


@api.exception_handler(ValidationError)
def on_wrong_values(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """Which values, and what is wrong with each."""
    errors = [(_place(one["loc"]), _words(one)) for one in exc.errors]
    name, said = errors[0]
    more = f" {len(errors) - 1} more in `errors`." if len(errors) > 1 else ""
    detail = f"{name}: {said}{more}" if name else f"{said}{more}"
    return problem_response(Problem(422, "invalid", detail, errors=errors))


def _place(where: tuple[Any, ...]) -> str:
    """skus.2; empty for the body as a whole."""
    return ".".join(str(part) for part in where[1:] if part != "body")


def _words(error: dict[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "Unknown field. Correct its name, or leave it out."
    text = str(error["msg"]).removeprefix("Value error, ")
    return text if text.endswith((".", "!", "?")) else f"{text}."


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    """Ninja's own: a body that is no JSON."""
    if isinstance(exc.__cause__, RequestDataTooBig):
        return on_exception(request, exc.__cause__)
    said = "The body is not JSON. Send `Content-Type: application/json` and an object, or no body."
    return problem_response(Problem(400, "unreadable", said))


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, exc: Http404) -> HttpResponse:
    """What a view did not find."""
    return nothing_here(request)


@api.exception_handler(Exception)
def on_exception(request: HttpRequest, exc: Exception) -> HttpResponse:
    """A defect, or a database that is away: said in words, and nothing of it is shown."""
    if isinstance(exc, RequestDataTooBig):
        return problem_response(Problem(413, "too_large", "The body is too large. Send less."))
    problem = fault_of(exc)
    if problem.code == "defect":
        log.error("call of %s failed", request.path, exc_info=exc)
    return problem_response(problem)


@csrf_exempt
def nothing_here(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Any other address below /api/."""
    said = f"There is nothing at {request.path}. What there is stands at {DOCS}."
    return problem_response(Problem(404, "not_found", said))


def _finished(view: View) -> View:
    """Ninja answers a wrong method by itself: as problem details, too. No answer is kept."""

    def answer(request: HttpRequest, **kwargs: Any) -> Any:
        found = view(request, **kwargs)
        if found.status_code == 405:
            allowed = {"Allow": found.headers["Allow"]}
            said = f"{request.method} is not possible here. Allowed: {allowed['Allow']}."
            found = problem_response(Problem(405, "wrong_method", said, headers=allowed))
        found.headers["Cache-Control"] = "no-store"
        return found

    return update_wrapper(answer, view)


def endpoints() -> list[URLPattern]:
    """The addresses of all endpoints, below /api/v1/."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in found:
        one.callback = _finished(one.callback)
    return found
