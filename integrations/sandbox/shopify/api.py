"""POST admin/api/{version}/graphql.json: token, dials, then the query."""

from integrations.sandbox.broken import hold_of
from integrations.sandbox.faults import Mode
from integrations.sandbox.messages import Request, Response, json_response
from integrations.sandbox.world import UnknownStore, World

from .faulty import fault_before, spoilt, unauthorized
from .graphql.context import Call
from .graphql.execute import Asked, bucket_of, run, throttled_by_dial
from .graphql.stock_lies import StockLie
from .webhooks import API_VERSION

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
    if dial is not None and (answer := fault_before(world, request, dial)) is not None:
        return answer
    call = Call(world, store, installation, dial=dial)
    call.stock_lie = StockLie.told_by(dial, store)
    if dial is not None and dial.mode == Mode.SEARCH_LAG:
        call.search_lag_seconds = hold_of(world, dial)
    bucket = bucket_of(call, world.buckets)
    if dial is not None and dial.mode == Mode.THROTTLED:
        return throttled_by_dial(call, asked, bucket)
    return spoilt(world, dial, run(call, asked, bucket))
