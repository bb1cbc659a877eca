"""Calls that are stopped, lost or spoilt by a dial, whatever system is being played."""

from collections.abc import Callable

from .faults import Dial, Mode
from .messages import Request, Response, Spoil, json_response, text
from .world import World

METADATA = "http://169.254.169.254/latest/meta-data/"
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
PAGE = (
    b"<!doctype html><html><head><title>%b</title></head><body><h1>We'll be right back</h1>"
    b"<p>There was a problem loading this page.</p></body></html>"
)
Refuse = Callable[[World, Dial], Response | None]


def hold_of(world: World, dial: Dial) -> float:
    """Seconds a line is held."""
    return world.config.hold_seconds if dial.hold_seconds is None else dial.hold_seconds


def stopped(
    world: World, request: Request, dial: Dial, refuse: Refuse, nothing: object
) -> Response | None:
    """The answer of a fault that stops the call before it has any effect.

    `refuse` knows how the system words its refusals, `nothing` is its answer without content.
    """
    if dial.mode in HALF_WAY or dial.mode in SPOILT_TEXT:
        return None if dial.effect else spoilt(world, dial, json_response(nothing))
    if dial.mode == Mode.TIMEOUT_BEFORE:
        return Response(hold_seconds=hold_of(world, dial))
    if dial.mode == Mode.RESET_BEFORE:
        return Response(spoil=Spoil("reset"))
    if dial.mode == Mode.HANG_UP_BEFORE:
        return Response(spoil=Spoil("hang_up"))
    if dial.mode == Mode.ERROR:
        return _error(dial)
    if dial.mode == Mode.REDIRECT:
        return Response(307, headers={"Location": _elsewhere(world, request, dial)})
    return refuse(world, dial)


def _error(dial: Dial) -> Response:
    titles = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
    status = int(dial.status)
    return text(titles.get(status, "Gateway Timeout"), status)


def _elsewhere(world: World, request: Request, dial: Dial) -> str:
    """Another name for this machine, where /elsewhere/ notes what arrives; or worse places."""
    if dial.redirect_to == "metadata":
        return METADATA
    if dial.redirect_to == "http":
        shop = request.path.split("/")[2]
        return f"http://{shop}{request.path.partition(shop)[2]}"
    return f"{world.url.replace('127.0.0.1', 'localhost')}/elsewhere{request.path}"


def spoilt(
    world: World, dial: Dial | None, answer: Response, vendor: bytes = b"Shopify"
) -> Response:
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
        return _error(dial)
    if dial.mode in HALF_WAY:
        answer.spoil = Spoil(HALF_WAY[dial.mode], dial.drip_seconds, dial.megabytes)
        return answer
    return _reworded(dial.mode, answer, vendor)


def _reworded(mode: Mode, answer: Response, vendor: bytes) -> Response:
    """The same call, with a body that is not what was promised."""
    if mode == Mode.HTML:
        return Response(200, PAGE % vendor)
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
