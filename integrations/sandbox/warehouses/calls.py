"""What every call of a warehouse's API goes through: the limit, who calls, the dials."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox import broken
from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, json_response
from integrations.sandbox.world import World

from .models import Kind, Warehouse
from .work import Refused


@dataclass(frozen=True)
class Call:
    """One call that may go on. `parts` are those of the address."""

    world: World
    place: Warehouse
    request: Request
    dial: Dial | None
    parts: dict[str, str]

    def lies(self, mode: Mode) -> bool:
        """Whether a dial makes the answer of this call a lie of that kind."""
        return self.dial is not None and self.dial.mode == mode


Answer = Callable[[Call], Response]
Handler = Callable[..., Response]


def guarded(kind: Kind, name: str, answer: Answer, *, signed_in: bool = True) -> Handler:
    """A handler of this call that refuses, fails and lies as the limit and the dials say."""

    def handle(world: World, request: Request, account: str, **parts: str) -> Response:
        place = world.state.warehouses.get(account.lower())
        if place is None or place.kind != kind:
            return json_response({"Message": f"There is no warehouse {account}."}, 404)
        if (refusal := _over_limit(world, place)) is not None:
            return refusal
        if signed_in and not _is_known(world, place, request):
            return unauthorized()
        dial = world.api_fault(place.account, [name])
        if dial is not None:
            stop = _stopped(world, place, request, dial)
            if stop is not None:
                return stop
        made = _answered(Call(world, place, request, dial, parts), answer)
        return broken.spoilt(world, dial, made, place.label.encode())

    return handle


def _answered(call: Call, answer: Answer) -> Response:
    with call.world.lock:
        try:
            made = answer(call)
        except Refused as exc:
            made = json_response({"ErrorCode": "Invalid", "Message": str(exc)}, 400)
        call.world.on_change()
    return made


def unauthorized() -> Response:
    return json_response({"Message": "invalid_client: client not registered"}, 401)


def _is_known(world: World, place: Warehouse, request: Request) -> bool:
    """A token that is good, or (VeraCore) a user with a password."""
    said = request.headers.get("authorization", "")
    if said.startswith("Basic ") and place.kind == "veracore":
        word = f"{place.client_id}:{place.client_secret}".encode()
        return said.removeprefix("Basic ").strip() == base64.b64encode(word).decode()
    token, now = said.removeprefix("Bearer ").strip(), world.now()
    return any(one.value == token and one.expires_at > now for one in place.tokens)


def _over_limit(world: World, place: Warehouse) -> Response | None:
    most = place.rules.calls_per_second
    with world.lock:
        if not most or place.calls_of_last_second(world.now()) <= most:
            return None
        world.record("limit_reached", place.account, "limit", f"more than {most} calls a second")
    return too_many(1)


def too_many(seconds: int) -> Response:
    answer = json_response({"Message": "Too many requests."}, 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _stopped(world: World, place: Warehouse, request: Request, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOKEN_REVOKED:
        with world.lock:
            place.tokens = []
        return unauthorized()
    return broken.stopped(world, request, dial, _refusal, {})


def _refusal(world: World, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOO_MANY:
        return too_many(dial.retry_after)
    if dial.mode in (Mode.UNAUTHORIZED, Mode.INVALID_GRANT):
        return unauthorized()
    if dial.mode == Mode.FORBIDDEN:
        return json_response({"Message": "You may not do this."}, 403)
    return None
