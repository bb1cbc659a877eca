"""What a dial makes of an API call: the answer instead of it, or the answer spoilt after it."""

from datetime import timedelta
from email.utils import format_datetime

from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, Spoil, json_response, text
from integrations.sandbox.world import World

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
TOO_MANY = "Exceeded 2 calls per second for api client. Reduce request rates to resume."
FORBIDDEN = "This action requires merchant approval for a scope, or the shop is not available."
DAY_SECONDS = 86_400
METADATA = "http://169.254.169.254/latest/meta-data/"
PAGE = (
    b"<!doctype html><html><head><title>Shopify</title></head><body><h1>We'll be right back</h1>"
    b"<p>There was a problem loading this page.</p></body></html>"
)
HALF_WAY = {
    Mode.TRUNCATED: "truncated",
    Mode.CUT_CHUNKS: "cut_chunks",
    Mode.DRIP: "drip",
    Mode.HUGE_BODY: "huge_body",
    Mode.GZIP_BOMB: "gzip_bomb",
    Mode.RESET_MIDWAY: "reset_midway",
}
SPOILT_TEXT = frozenset(
    {
        Mode.HTML,
        Mode.EMPTY_BODY,
        Mode.NO_CONTENT,
        Mode.BAD_JSON,
        Mode.BAD_UTF8,
        Mode.BOM,
        Mode.WRONG_TYPE,
    }
)


def unauthorized() -> Response:
    return json_response({"errors": BAD_TOKEN}, 401)


def hold_of(world: World, dial: Dial) -> float:
    """Seconds a line is held."""
    return world.config.hold_seconds if dial.hold_seconds is None else dial.hold_seconds


def fault_before(world: World, request: Request, dial: Dial) -> Response | None:
    """The answer of a fault that stops the call before it has any effect."""
    if dial.mode in HALF_WAY or dial.mode in SPOILT_TEXT:
        return None if dial.effect else spoilt(world, dial, json_response({"data": None}))
    if dial.mode == Mode.TIMEOUT_BEFORE:
        return Response(hold_seconds=hold_of(world, dial))
    if dial.mode == Mode.RESET_BEFORE:
        return Response(spoil=Spoil("reset"))
    if dial.mode == Mode.HANG_UP_BEFORE:
        return Response(spoil=Spoil("hang_up"))
    return _refusal(world, request, dial)


def _refusal(world: World, request: Request, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOO_MANY:
        return json_response({"errors": TOO_MANY}, 429, **_retry_after(world, dial))
    if dial.mode == Mode.UNAUTHORIZED:
        return unauthorized()
    if dial.mode == Mode.INVALID_GRANT:
        message = "This request requires an active refresh_token"
        return json_response({"error": "invalid_grant", "error_description": message}, 400)
    if dial.mode == Mode.FORBIDDEN:
        return json_response({"errors": FORBIDDEN}, 403)
    if dial.mode == Mode.ERROR:
        return text("Internal Server Error", 500)
    if dial.mode == Mode.GRAPHQL_ERROR:
        return internal_error()
    if dial.mode == Mode.REDIRECT:
        return Response(307, headers={"Location": _elsewhere(world, request, dial)})
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


def _elsewhere(world: World, request: Request, dial: Dial) -> str:
    """Another name for this machine, where /elsewhere/ notes what arrives; or worse places."""
    if dial.redirect_to == "metadata":
        return METADATA
    if dial.redirect_to == "http":
        shop = request.path.split("/")[2]
        return f"http://{shop}{request.path.partition(shop)[2]}"
    return f"{world.url.replace('127.0.0.1', 'localhost')}/elsewhere{request.path}"


def spoilt(world: World, dial: Dial | None, answer: Response) -> Response:
    """The answer, its loss after the effect, or what is left of it."""
    if dial is None:
        return answer
    if dial.mode == Mode.TIMEOUT_AFTER:
        return Response(hold_seconds=hold_of(world, dial))
    if dial.mode == Mode.RESET_AFTER:
        return Response(spoil=Spoil("reset"))
    if dial.mode == Mode.HANG_UP_AFTER:
        return Response(spoil=Spoil("hang_up"))
    if dial.mode == Mode.ERROR_AFTER:
        return text("Internal Server Error", 500)
    if dial.mode == Mode.GRAPHQL_ERROR_AFTER:
        return internal_error()
    if dial.mode in HALF_WAY:
        answer.spoil = Spoil(HALF_WAY[dial.mode], dial.drip_seconds, dial.megabytes)
        return answer
    return _reworded(dial.mode, answer)


def _reworded(mode: Mode, answer: Response) -> Response:
    """The same call, with a body that is not what was promised."""
    if mode == Mode.HTML:
        return Response(200, PAGE)
    if mode == Mode.EMPTY_BODY:
        answer.body = b""
    elif mode == Mode.NO_CONTENT:
        return Response(204)
    elif mode == Mode.BAD_JSON:
        answer.body = answer.body[: len(answer.body) // 2]
    elif mode == Mode.BAD_UTF8:
        answer.body = answer.body.replace(b"{", b'{"note": "\xc3\x28\xff", ', 1)
    elif mode == Mode.BOM:
        answer.body = b"\xef\xbb\xbf" + answer.body
    elif mode == Mode.WRONG_TYPE:
        answer.content_type = "text/html; charset=utf-8"
    return answer


def elsewhere(world: World, request: Request, path: str = "") -> Response:
    """Any call under /elsewhere/: another host, which notes whether a token came along."""
    secret = {"x-shopify-access-token", "authorization", "cookie"} & set(request.headers)
    came = f"with {', '.join(sorted(secret))}" if secret else "without a token"
    world.record(
        "redirect_followed",
        "",
        request.path,
        f"{request.method} arrived at another host {came}",
        headers=sorted(secret),
    )
    return json_response({"data": {}})
