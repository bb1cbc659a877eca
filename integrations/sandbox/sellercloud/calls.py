"""What every call of the API goes through: the limit, the token, the dials."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from integrations.sandbox import broken
from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, json_response
from integrations.sandbox.world import World

from .asked import Asked
from .models import Erp

DAY_SECONDS = 86_400
TOO_MANY = "Too many requests."


@dataclass(frozen=True)
class Call:
    """One call that may go on."""

    world: World
    erp: Erp
    asked: Asked
    dial: Dial | None

    @property
    def offset(self) -> int:
        """Minutes from UTC to the server's local time."""
        return self.erp.rules.utc_offset_minutes

    def ignores(self, name: str) -> bool:
        """Whether a dial makes the server deaf to this filter."""
        if self.dial is None or self.dial.mode != Mode.FILTER_IGNORED:
            return False
        return self.dial.filter_name == "all" or name.startswith(self.dial.filter_name)


Answer = Callable[[Call], Response]
Handler = Callable[..., Response]


def guarded(name: str, answer: Answer, *, signed_in: bool = True) -> Handler:
    """A handler of this call that refuses, fails and lies as the limit and the dials say."""

    def handle(world: World, request: Request, account: str, **parts: str) -> Response:
        erp = world.state.erps.get(account.lower())
        if erp is None:
            return json_response({"Message": f"There is no server {account}."}, 404)
        if (refusal := _over_limit(world, erp, name)) is not None:
            return refusal
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if signed_in and not _is_good(world, erp, token):
            return unauthorized()
        dial = world.api_fault(erp.account, [name])
        if dial is not None and (stop := _stopped(world, request, erp, token, dial)) is not None:
            return stop
        with world.lock:
            asked = Asked(_with_parts(request, parts))
            made = answer(Call(world, erp, asked, dial))
        return broken.spoilt(world, dial, made, b"SellerCloud")

    return handle


def _with_parts(request: Request, parts: dict[str, str]) -> Request:
    """A part of the address counts as asked for by its name."""
    if not parts:
        return request
    joined = f"{request.raw_query}&{urlencode(parts)}".strip("&")
    return Request(request.method, request.path, joined, request.headers, request.body)


def unauthorized() -> Response:
    return json_response({"Message": "Not Valid Token"}, 401)


def _is_good(world: World, erp: Erp, token: str) -> bool:
    now = world.now()
    return any(one.value == token and one.expires_at > now for one in erp.tokens)


def _over_limit(world: World, erp: Erp, name: str) -> Response | None:
    with world.lock:
        window = erp.count_call(name, world.now())
        if window.calls <= erp.rules.calls_per_window:
            return None
        ends_at = window.began_at + timedelta(seconds=erp.rules.window_seconds)
        if window.calls == erp.rules.calls_per_window + 1:
            world.record(
                "limit_reached", erp.account, name, f"{window.calls} calls: over the limit"
            )
    return too_many(f"{ends_at:%Y-%m-%dT%H:%M:%S}.9856571Z")


def too_many(reset: str | None) -> Response:
    """The documented body; its status is not documented, 429 is what everybody uses."""
    body = {"Error": TOO_MANY} | ({} if reset is None else {"RateLimitResetTime": reset})
    return json_response(body, 429)


def _stopped(world: World, request: Request, erp: Erp, token: str, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOKEN_REVOKED:
        with world.lock:
            erp.tokens = [one for one in erp.tokens if one.value != token]
            world.on_change()
        return unauthorized()
    return broken.stopped(world, request, dial, _refusal, {})


def _refusal(world: World, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOO_MANY:
        return _asked_to_wait(world, dial)
    if dial.mode == Mode.UNAUTHORIZED:
        return unauthorized()
    if dial.mode == Mode.FORBIDDEN:
        return json_response({"Message": "You do not have access to this resource."}, 403)
    if dial.mode == Mode.INVALID_GRANT:
        return login_refused("400")
    return None


def _asked_to_wait(world: World, dial: Dial) -> Response:
    """Their reset time, near, far, past or unreadable; a date comes as a header instead."""
    waits = {"past": -DAY_SECONDS // 24, "day": DAY_SECONDS}
    at = world.now() + timedelta(seconds=waits.get(dial.retry_after_form, dial.retry_after))
    if dial.retry_after_form == "missing":
        return too_many(None)
    if dial.retry_after_form == "garbage":
        return too_many("soon")
    if dial.retry_after_form == "date":
        answer = too_many(None)
        answer.headers["Retry-After"] = f"{at:%a, %d %b %Y %H:%M:%S} GMT"
        return answer
    return too_many(f"{at:%Y-%m-%dT%H:%M:%S}.9856571Z")


def login_refused(status: str) -> Response:
    """Wrong name or password, in the words of their token address."""
    message = "The user name or password is incorrect."
    body = {"error": "invalid_grant", "error_description": message}
    return json_response(body, int(status))
