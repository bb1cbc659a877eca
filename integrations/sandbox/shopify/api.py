"""POST admin/api/{version}/graphql.json: token, dials, then the query."""

from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, json_response, text
from integrations.sandbox.world import UnknownStore, World

from .graphql.context import Call
from .graphql.cost import Bucket
from .graphql.execute import Asked, bucket_of, run, throttled
from .webhooks import API_VERSION

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105


VERSIONS = ("2026-04", "2026-07", API_VERSION)  # the schema file is valid for each


def graphql(world: World, request: Request, provider: str, shop: str, version: str) -> Response:
    """One GraphQL call of an app."""
    try:
        store = world.store(shop)
    except UnknownStore:
        return json_response({"errors": "Not Found"}, 404)
    token = request.headers.get("x-shopify-access-token", "")
    with world.lock:
        installation = store.installed_by_token(token, world.now())
    if installation is None:
        return unauthorized()
    if version not in VERSIONS:
        return json_response({"errors": "Not Found"}, 404)
    asked = Asked(request)
    dial = world.api_fault(store.domain, asked.fields)
    if dial is not None and (answer := fault_before(world, dial)) is not None:
        return answer
    call = Call(world, store, installation)
    call.empty_inventory = dial is not None and dial.mode == Mode.EMPTY_INVENTORY
    if dial is not None and dial.mode == Mode.SEARCH_LAG:
        call.search_lag_seconds = _hold(world, dial)
    bucket = bucket_of(call, world.buckets)
    if dial is not None and dial.mode == Mode.THROTTLED:
        return throttled(Bucket(bucket.maximum, bucket.restore, 0, bucket.at), 100)
    return lost_after(world, dial, run(call, asked, bucket))


def unauthorized() -> Response:
    return json_response({"errors": BAD_TOKEN}, 401)


def fault_before(world: World, dial: Dial) -> Response | None:
    """The answer of a fault that stops the call before it has any effect."""
    if dial.mode == Mode.TIMEOUT_BEFORE:
        return Response(hold_seconds=_hold(world, dial))
    if dial.mode == Mode.TOO_MANY:
        message = "Exceeded 2 calls per second for api client. Reduce request rates to resume."
        return json_response({"errors": message}, 429, Retry_After=f"{dial.retry_after}.0")
    if dial.mode == Mode.UNAUTHORIZED:
        return unauthorized()
    if dial.mode == Mode.ERROR:
        return text("Internal Server Error", 500)
    return None


def lost_after(world: World, dial: Dial | None, answer: Response) -> Response:
    """The answer, or its loss after the effect."""
    if dial is not None and dial.mode == Mode.TIMEOUT_AFTER:
        return Response(hold_seconds=_hold(world, dial))
    if dial is not None and dial.mode == Mode.ERROR_AFTER:
        return text("Internal Server Error", 500)
    return answer


def _hold(world: World, dial: Dial) -> float:
    return world.config.hold_seconds if dial.hold_seconds is None else dial.hold_seconds
