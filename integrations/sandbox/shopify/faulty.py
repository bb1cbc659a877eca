"""How Shopify words what a dial makes of an API call."""

from datetime import timedelta
from email.utils import format_datetime

from integrations.sandbox import broken
from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, json_response
from integrations.sandbox.world import World

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
TOO_MANY = "Exceeded 2 calls per second for api client. Reduce request rates to resume."
FORBIDDEN = "This action requires merchant approval for a scope, or the shop is not available."
DAY_SECONDS = 86_400


def unauthorized() -> Response:
    return json_response({"errors": BAD_TOKEN}, 401)


def fault_before(world: World, request: Request, dial: Dial) -> Response | None:
    """The answer of a fault that stops the call before it has any effect."""
    return broken.stopped(world, request, dial, _refusal, {"data": None})


def _refusal(world: World, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOO_MANY:
        return json_response({"errors": TOO_MANY}, 429, **_retry_after(world, dial))
    if dial.mode == Mode.UNAUTHORIZED:
        return unauthorized()
    if dial.mode == Mode.INVALID_GRANT:
        message = "This request requires an active refresh_token"
        return json_response({"error": "invalid_grant", "error_description": message}, 400)
    if dial.mode == Mode.FORBIDDEN:
        return json_response({"errors": FORBIDDEN}, 403)
    if dial.mode == Mode.GRAPHQL_ERROR:
        return internal_error()
    return None


def internal_error() -> Response:
    """Status 200 with a top-level error and no data."""
    error = {
        "message": "Internal error. Looks like something went wrong on our end.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "0d5c-sandbox"},
    }
    return json_response({"errors": [error]})


def _retry_after(world: World, dial: Dial) -> dict[str, str]:
    now, wait = world.now(), timedelta(seconds=dial.retry_after)
    forms = {
        "seconds": f"{dial.retry_after}.0",
        "date": format_datetime(now + wait, usegmt=True),
        "past": format_datetime(now - timedelta(hours=1), usegmt=True),
        "garbage": "soon; q=\u00bd",
        "day": str(DAY_SECONDS),
    }
    if dial.retry_after_form == "missing":
        return {}
    return {"Retry_After": forms[dial.retry_after_form]}


def spoilt(world: World, dial: Dial | None, answer: Response) -> Response:
    """The answer, its loss after the effect, or what is left of it."""
    if dial is not None and dial.mode == Mode.GRAPHQL_ERROR_AFTER:
        return internal_error()
    return broken.spoilt(world, dial, answer)
