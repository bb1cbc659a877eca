"""Running one GraphQL request: parse, validate, charge, execute."""

import time
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from integrations.sandbox.messages import Request, Response, json_response

from .binding import bound_schema
from .context import Call
from .cost import MOST_PER_REQUEST, Bucket, actual_cost, requested_cost
from .stock_lies import with_odd_numbers

Answer = dict[str, Any]
DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"


class Asked:
    """A parsed request; `errors` is filled when it cannot be run."""

    def __init__(self, request: Request) -> None:
        body = request.json_object()
        self.variables: dict[str, Any] = body.get("variables") or {}
        self.errors: list[Answer] = []
        self.document: DocumentNode | None = None
        self.operation: OperationDefinitionNode | None = None
        self.name: str | None = body.get("operationName")
        self._parse(str(body.get("query") or ""))

    def _parse(self, query: str) -> None:
        self.document, found = _checked(query)
        self.errors = list(found)
        if self.document is None:
            return
        self.operation = get_operation_ast(self.document, self.name)
        if self.operation is None:
            self.errors.append({"message": "An operation name is required"})

    @property
    def fields(self) -> list[str]:
        """Root field names, and the operation's own name: what dials are set on."""
        if self.operation is None:
            return []
        selections = self.operation.selection_set.selections
        names = [node.name.value for node in selections if isinstance(node, FieldNode)]
        own = self.operation.name
        return [*names, own.value] if own else names


@lru_cache(maxsize=256)
def _checked(query: str) -> tuple[DocumentNode | None, tuple[Answer, ...]]:
    """A document and its errors. Apps send the same few again and again."""
    try:
        document = parse(query)
    except GraphQLError as exc:
        return None, (dict(exc.formatted),)
    return document, tuple(dict(error.formatted) for error in validate(bound_schema(), document))


def throttled(bucket: Bucket, requested: int) -> Response:
    """The answer of an empty bucket: status 200, no data."""
    error = {
        "message": "Throttled",
        "extensions": {"code": "THROTTLED", "documentation": DOCUMENTATION},
    }
    return json_response(
        {"errors": [error], "extensions": {"cost": bucket.report(requested, None)}}
    )


def throttled_by_dial(call: Call, asked: Asked, bucket: Bucket) -> Response:
    """Empty the bucket for real: it fills again at its rate, and calls before that fail too."""
    if asked.document is None or asked.operation is None:
        return json_response({"errors": asked.errors})
    requested = requested_cost(asked.document, asked.operation, asked.variables)
    with call.world.lock:
        bucket.left = 0
        return throttled(bucket, requested)


def bucket_of(call: Call, buckets: dict[tuple[str, str], Bucket]) -> Bucket:
    """The bucket of this app at this store, refilled to now."""
    config, now = call.world.config, time.monotonic()
    key = (call.store.domain, call.installation.client_id)
    full = config.cost_bucket
    with call.world.lock:
        bucket = buckets.setdefault(key, Bucket(full, config.cost_restore_per_second, full, now))
        bucket.refill(now)
    return bucket


def run(call: Call, asked: Asked, bucket: Bucket) -> Response:
    """Execute under the world's lock and answer as Shopify would."""
    if asked.errors or asked.document is None or asked.operation is None:
        return json_response({"errors": asked.errors})
    requested = requested_cost(asked.document, asked.operation, asked.variables)
    if requested > MOST_PER_REQUEST:
        return json_response({"errors": [_too_costly(requested)]})
    with call.world.lock:
        if not bucket.take(requested):
            return throttled(bucket, requested)
        result = _execute(call, asked)
        actual = min(requested, max(1, actual_cost(result.data)))
        bucket.give_back(requested - actual)
    answer: Answer = {"data": result.data}
    if result.errors:
        answer["errors"] = [dict(error.formatted) for error in result.errors]
    answer["extensions"] = {"cost": bucket.report(requested, actual)}
    response = json_response(answer)
    response.body = with_odd_numbers(call.stock_lie, response.body)
    return response


def _execute(call: Call, asked: Asked) -> ExecutionResult:
    document = asked.document
    if document is None:
        raise LookupError("A request with parse errors is never executed")
    return execute_sync(
        bound_schema(),
        document,
        context_value=call,
        variable_values=asked.variables,
        operation_name=asked.name,
    )


def _too_costly(requested: int) -> Answer:
    limit = f"{requested}, which exceeds the single query max cost limit ({MOST_PER_REQUEST:.0f})"
    return {
        "message": f"Query cost is {limit}.",
        "extensions": {"code": "MAX_COST_EXCEEDED", "documentation": DOCUMENTATION},
    }
