"""Shopify's GraphQL over HTTP: three layers of errors, the cost bucket, pages."""

import functools
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from integrations.errors import (
    BadResponse,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    Unconfirmed,
)
from integrations.http import Client, Response
from integrations.providers.shopify.documents import API_VERSION
from integrations.providers.shopify.values import text

PATH = f"/admin/api/{API_VERSION}/graphql.json"
OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")
# A frozen, moved or locked store: orders wait until a person has looked, they do not fail.
CLOSED = {402: "is frozen", 404: "is not there", 423: "is locked"}
OURS = ("THROTTLED", "MAX_COST_EXCEEDED")
NO_ACCESS = ("ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED", "FORBIDDEN")
THEIR_TROUBLE = ("INTERNAL_SERVER_ERROR", "TIMEOUT")
MOST_PAGES = 5000

Data = Mapping[str, Any]


@dataclass(frozen=True)
class UserError:
    """One of a mutation's userErrors: nothing was done."""

    code: str
    field: tuple[str, ...]
    message: str


class UserErrors(Rejected):
    """A mutation refused what we sent; its message is what Shopify says."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        said = " ".join(error.message for error in errors[:3])
        super().__init__(f"Shopify refused: {said[:300]}")
        self.errors = tuple(errors)

    def has(self, *codes: str) -> bool:
        """True if one of the errors carries one of these codes."""
        return any(error.code in codes for error in self.errors)


class Unanswerable(BadResponse):
    """Shopify understood the query and says that it cannot be answered in this store."""

    answered = True


class TooCostly(BadResponse):
    """The query asks for more than one request may; ask for less at a time."""

    answered = True


@contextmanager
def shaped(after_write: bool = False) -> Iterator[None]:
    """Where an answer is taken apart: a field that is missing or odd becomes one of our words."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        missing = f"{type(problem).__name__} at {str(problem)[:60]}"
    except BadResponse as problem:
        if not after_write:
            raise
        missing = str(problem)
    else:
        return
    if after_write:
        raise Unconfirmed(f"Shopify confirmed the change in an unknown form ({missing}).")
    raise BadResponse(f"Shopify's answer is not shaped as promised ({missing}).")


class GraphQL:
    """Runs documents for one store; `on_page` hears of each page and batch that was read."""

    def __init__(
        self, http: Client, on_page: Callable[[int | None], object] = lambda total: None
    ) -> None:
        self.http, self._on_page = http, on_page

    def read(self, document: str, subject: str = "", **variables: Any) -> Data:
        """The `data` of a query; throttles are waited for. Partial data is an error."""
        call = _call(document, variables, subject)
        inspect = functools.partial(self._inspect, field="")
        return _data(self.http.read("POST", PATH, accept=CLOSED, inspect=inspect, **call))

    def write(
        self,
        document: str,
        subject: str = "",
        errors: str = "userErrors",
        **variables: Any,
    ) -> Data:
        """The payload of a mutation, sent once. Raises UserErrors when it refused."""
        call, field = _call(document, variables, subject), _root_field(document)
        inspect = functools.partial(self._inspect, field=field)
        answer = self.http.write("POST", PATH, accept=CLOSED, inspect=inspect, **call)
        payload = _data(answer).get(field)
        if not isinstance(payload, Mapping):
            raise answer.unreadable("no result of the change")
        refused = read_user_errors(payload.get(errors))
        if refused:
            raise UserErrors(refused)
        return payload

    def pages(
        self, document: str, connection: str, first: int, **variables: Any
    ) -> Iterator[list[Data]]:
        """The nodes of a connection ("order.lineItems"), page by page, as the server counts them.

        A page too costly is asked for again at half its size. Raises BadResponse if a cursor or a
        page comes back, so pages never go round in circles and nothing is taken for complete that
        is the same page twice.
        """
        seen: set[str | bytes] = set()
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                data = self.read(document, first=first, after=cursor, **variables)
            except TooCostly:
                if first == 1:
                    raise
                first = max(1, first // 2)
                continue
            part = _dig(data, connection)
            self._on_page(None)  # how many there are is not asked: counting costs the store more
            digest = _digest(part["nodes"])
            if part["nodes"] and digest in seen:
                break
            yield list(part["nodes"])
            cursor = next_cursor(part)
            if cursor is None:
                return
            if cursor in seen:
                break
            seen |= {cursor, digest}
        raise BadResponse(f"The pages of {self.http.host} do not come to an end.")

    def nodes(
        self, document: str, ids: Sequence[str], size: int, **variables: Any
    ) -> Iterator[Data]:
        """What `nodes(ids:)` finds, in batches that shrink while they are too costly.

        Ids that are gone are left out.
        """
        start = 0
        while start < len(ids):
            batch = list(ids[start : start + size])
            try:
                data = self.read(document, ids=batch, **variables)
            except TooCostly:
                if size == 1:
                    raise
                size = max(1, size // 2)
                continue
            self._on_page(None)
            yield from (node for node in data["nodes"] if node)
            start += len(batch)

    def _inspect(self, answer: Response, field: str) -> None:
        """Raises what status and top-level errors say, unless there is data to be read."""
        if answer.status in CLOSED:
            raise NotAuthorized(
                f"The store {self.http.host} {CLOSED[answer.status]} (HTTP {answer.status})."
            )
        body = answer.mapping()
        errors = body.get("errors")
        if errors:
            raise self._judge(body, errors, answer.is_write, field)
        if not isinstance(body.get("data"), dict):
            raise answer.unreadable("no data")

    def _judge(self, body: Data, errors: Any, is_write: bool, field: str) -> ProviderError:
        rows = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
        said = text(rows[0].get("message") if rows else errors)[:200]
        codes = {_code(row) for row in rows}
        if "THROTTLED" in codes:
            return self.http.throttled(throttle_wait(body))
        if "MAX_COST_EXCEEDED" in codes:
            return TooCostly(f"{self.http.host} finds a query too costly.")
        if is_write and (_took_effect(body, rows, field) or codes & set(THEIR_TROUBLE)):
            return Unconfirmed(f"{self.http.host} broke off: {said} The outcome is unknown.")
        if codes & set(NO_ACCESS):
            return NotAuthorized(f"{self.http.host} does not allow this call: {said}")
        if codes & set(THEIR_TROUBLE):
            return Retryable(f"{self.http.host} is in trouble: {said}")
        if is_write:
            return Rejected(f"{self.http.host} refused the call: {said}")
        return Unanswerable(f"{self.http.host} could not answer: {said}")


def next_cursor(connection: Data) -> str | None:
    """Where the next page starts; None on the last. Raises BadResponse if it does not say."""
    page = connection.get("pageInfo")
    if not isinstance(page, Mapping) or not isinstance(page.get("hasNextPage"), bool):
        raise BadResponse("Shopify did not say whether there are more pages.")
    if not page["hasNextPage"]:
        return None
    if not page.get("endCursor"):
        raise BadResponse("Shopify did not say where the next page starts.")
    return str(page["endCursor"])


def throttle_wait(body: Data) -> float | None:
    """Seconds until the bucket holds what the query needs; None if the answer does not say."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        lacking = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return math.ceil(lacking / float(status["restoreRate"]))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def read_user_errors(value: Any) -> list[UserError]:
    """The errors a mutation's payload lists."""
    found = []
    for one in value or ():
        path = tuple(str(part) for part in one.get("field") or ())
        found.append(UserError(text(one.get("code")), path, text(one.get("message"))))
    return found


def _call(document: str, variables: Data, subject: str) -> Any:
    operation = OPERATION.search(document)
    name = operation[1] if operation else ""
    return {
        "json": {"query": document, "variables": variables},
        "subject": subject,
        "template": f"{PATH}#{name}",
    }


def _root_field(document: str) -> str:
    """The mutation a document calls: the first name after its first brace."""
    return document.partition("{")[2].split("(")[0].strip()


def _data(answer: Response) -> Data:
    data: Data = answer.mapping()["data"]
    return data


def _code(row: Data) -> str:
    extensions = row.get("extensions")
    return text(extensions.get("code")) if isinstance(extensions, Mapping) else ""


def _took_effect(body: Data, rows: Sequence[Data], field: str) -> bool:
    """True if an error came up below the mutation itself: it has run, its answer is spoilt."""
    data = body.get("data")
    if isinstance(data, Mapping) and data.get(field) is not None:
        return True
    return any(isinstance(row.get("path"), list) and len(row["path"]) > 1 for row in rows)


def _digest(nodes: Sequence[Data]) -> bytes:
    """The same for the same page."""
    text_of_page = json.dumps(nodes, sort_keys=True, default=str)
    return hashlib.sha256(text_of_page.encode()).digest()


def _dig(data: Data, path: str) -> Data:
    part: Any = data
    for name in path.split("."):
        part = part.get(name) if isinstance(part, Mapping) else None
    if not isinstance(part, Mapping) or not isinstance(part.get("nodes"), list):
        raise BadResponse(f"Shopify sent no {path.replace('.', ' ')}.")
    return part
