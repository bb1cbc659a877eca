"""Endpoints of runs: ask for one, and read what came of those there were."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from integrations import registry
from integrations.api.callers import Caller, callers
from integrations.api.problems import Problem
from integrations.api.schemas import (
    ConnectionOut,
    FlowOut,
    InventoryIn,
    LastOut,
    PurchaseOrdersIn,
    RequestBody,
    RunOut,
    StatusOut,
    SyncAnswer,
    run_address,
    run_fields,
    told,
)
from integrations.models import Connection
from integrations.providers.base import (
    PullsOrderStatus,
    PullsPurchaseOrders,
    PullsShipments,
    PullsStock,
)
from integrations.services import sync_status
from integrations.services.sync_requests import (
    UNDER_WAY,
    Asked,
    CannotChoose,
    ask_for_run,
    choose_connection,
    wait_for_end,
)

router = Router(tags=["sync"])
WAIT_S, LONGEST_WAIT_S = 20, 60
LOOK_AGAIN_S = 5
MOST_ID = 2**63 - 1
Wait = Annotated[
    int,
    Query(
        ge=0,
        le=LONGEST_WAIT_S,
        description="How many seconds to wait for the end of the run",
    ),
]
RunId = Annotated[int, Path(ge=1, le=MOST_ID, description="Number of the run")]


# What all ways to ask for a run have in common.
ASKING: dict[str, Any] = {
    "auth": callers("sync:run"),
    "response": {200: SyncAnswer, 202: SyncAnswer},
    "openapi_extra": {"x-scope": "sync:run"},
}
# What an ERP calls its stock.
ALSO_CALLED = {"inventory": "stock"}


@router.post(
    "/purchase-orders",
    operation_id="sync_purchase_orders",
    summary="Pull purchase orders",
    description="Asks for a run and waits for its end, `wait` seconds at most. 200: it ended; "
    "`status` and the counts say how. 202: it goes on; `Location` is where to look again.",
    **ASKING,
)
def sync_purchase_orders(
    request: HttpRequest,
    response: HttpResponse,
    body: PurchaseOrdersIn = PurchaseOrdersIn(),  # noqa: B008 - never changed
    wait: Wait = WAIT_S,
) -> Any:
    """Pull purchase orders."""
    return _sync(request, response, "purchase_orders", PullsPurchaseOrders, body, wait)


@router.post(
    "/inventory",
    operation_id="sync_inventory",
    summary="Pull stock",
    description="Asks for a run of every SKU, or of those named, and waits like the one for "
    "purchase orders.",
    **ASKING,
)
def sync_inventory(
    request: HttpRequest,
    response: HttpResponse,
    body: InventoryIn = InventoryIn(),  # noqa: B008 - never changed
    wait: Wait = WAIT_S,
) -> Any:
    """Pull stock."""
    return _sync(request, response, "stock", PullsStock, body, wait)


@router.post(
    "/order-status",
    operation_id="sync_order_status",
    summary="Pull the status of orders",
    description="Asks how far the orders at a warehouse are, as many as its calls allow, whatever "
    "its hours; waits like the one for purchase orders.",
    **ASKING,
)
def sync_order_status(
    request: HttpRequest,
    response: HttpResponse,
    body: RequestBody = RequestBody(),  # noqa: B008 - never changed
    wait: Wait = WAIT_S,
) -> Any:
    """Pull the status of orders."""
    return _sync(request, response, "order_status", PullsOrderStatus, body, wait)


@router.post(
    "/shipments",
    operation_id="sync_shipments",
    summary="Pull parcels",
    description="Asks for parcels and tracking numbers, whatever the hours of the system; waits "
    "like the one for purchase orders.",
    **ASKING,
)
def sync_shipments(
    request: HttpRequest,
    response: HttpResponse,
    body: RequestBody = RequestBody(),  # noqa: B008 - never changed
    wait: Wait = WAIT_S,
) -> Any:
    """Pull parcels."""
    return _sync(request, response, "shipments", PullsShipments, body, wait)


def _sync(
    request: HttpRequest,
    response: HttpResponse,
    flow: str,
    capability: type,
    body: RequestBody,
    wait: int,
) -> Status[SyncAnswer]:
    refuse_unknown(request, "wait")
    try:
        connection = choose_connection(body.connection, capability)
    except CannotChoose as exc:
        raise Problem(409 if exc.code == "nothing_connected" else 422, exc.code, str(exc)) from None
    asked = ask_for_run(connection, flow, caller_of(request).user, body.params())
    run = wait_for_end(asked.run, wait)
    ended = run.status not in UNDER_WAY
    if not ended:
        response["Location"] = run_address(run)
        response["Retry-After"] = str(LOOK_AGAIN_S)
    return Status(200 if ended else 202, _answer(Asked(run, asked.is_new, asked.missing)))


def _answer(asked: Asked) -> SyncAnswer:
    return SyncAnswer(
        **run_fields(asked.run), already_running=not asked.is_new, missing=list(asked.missing)
    )


@router.get(
    "/status",
    auth=callers("sync:read"),
    response=StatusOut,
    operation_id="sync_status",
    summary="What ran last",
    description="The last ten runs, and of each flow of each connection the last that worked.",
    openapi_extra={"x-scope": "sync:read"},
)
def sync_status_(request: HttpRequest) -> StatusOut:
    """What ran last, and when each flow last worked."""
    refuse_unknown(request)
    states = sync_status.flow_states()
    return StatusOut(
        runs=[RunOut(**run_fields(run)) for run in sync_status.last_runs()],
        connections=[
            ConnectionOut(
                connection=one.connection.slug,
                connection_name=one.connection.name,
                status=one.connection.status,
                flows=[
                    FlowOut(flow=each.flow, last_success=told(each.last_success))
                    for each in one.flows
                ],
            )
            for one in states
        ],
    )


@router.get(
    "/last",
    auth=callers("sync:read"),
    response=LastOut,
    operation_id="sync_last",
    summary="The last run of a flow",
    description="The newest run of a flow and the newest that worked, of one connection or of all.",
    openapi_extra={"x-scope": "sync:read"},
)
def sync_last(
    request: HttpRequest,
    flow: Annotated[
        str,
        Query(
            max_length=40,
            example="purchase_orders",
            description="purchase_orders, stock (or inventory), products ...",
        ),
    ],
    connection: Annotated[
        str, Query(max_length=60, description="Short name of a connection; left out: all")
    ] = "",
) -> LastOut:
    """The last run of a flow."""
    refuse_unknown(request, "flow", "connection")
    name = _known_flow(flow)
    if connection and not Connection.objects.filter(slug=connection).exists():
        said = f"There is no connection {connection!r}."
        raise Problem(422, "unknown_connection", said, errors=[("connection", said)])
    last, good = sync_status.last_of(name, connection)
    return LastOut(flow=name, last=told(last), last_success=told(good))


@router.get(
    "/runs/{run_id}",
    auth=callers("sync:read"),
    response=RunOut,
    operation_id="read_run",
    summary="One run",
    description="Its state and counts now.",
    openapi_extra={"x-scope": "sync:read"},
)
def read_run(request: HttpRequest, run_id: RunId) -> RunOut:
    """One run."""
    refuse_unknown(request)
    run = sync_status.readable_runs().filter(pk=run_id).first()
    if run is None:
        raise Problem(404, "not_found", f"There is no run {run_id}. Old runs are deleted in time.")
    return RunOut(**run_fields(run))


def _known_flow(name: str) -> str:
    word = ALSO_CALLED.get(name, name.replace("-", "_"))
    known = sorted(registry.flows())
    if word not in known:
        said = f"There is no flow {name!r}. Known are {', '.join(known)}."
        raise Problem(422, "invalid", said, errors=[("flow", said)])
    return word


def caller_of(request: HttpRequest) -> Caller:
    """Who calls: what the way in that succeeded returned."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """A parameter nobody knows is an error, not something that is ignored. Raises Problem."""
    if unknown := sorted(set(request.GET) - set(known)):
        listed = f"Known are {', '.join(known)}." if known else "There are none here."
        errors = [(name, "Unknown parameter.") for name in unknown]
        said = f"The address has an unknown parameter: {', '.join(unknown)}. {listed}"
        raise Problem(422, "invalid", said, errors=errors)
