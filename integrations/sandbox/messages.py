"""HTTP requests and answers as the handlers see them."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


class BadRequest(Exception):
    """What came in cannot be understood; the sentence goes back with status 400."""


@dataclass(frozen=True)
class Request:
    """One request; header names are lower case."""

    method: str
    path: str
    raw_query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON. Raises BadRequest."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError as exc:
            raise BadRequest("The body is not valid JSON.") from exc

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadRequest."""
        data = self.json()
        if not isinstance(data, dict):
            raise BadRequest("The body must be a JSON object.")
        return data

    def fields(self) -> dict[str, Any]:
        """A JSON or form body alike, as Shopify's token endpoint takes both."""
        if "json" in self.headers.get("content-type", ""):
            return self.json_object()
        return dict(self.form)


@dataclass(frozen=True)
class Spoil:
    """How an answer goes wrong on the wire; `wire.py` does it."""

    how: str
    seconds: float = 0.0
    megabytes: float = 0.0


@dataclass
class Response:
    """One answer; with `hold_seconds` it is never sent: the line is held, then cut."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    hold_seconds: float | None = None
    spoil: Spoil | None = None


def json_response(data: Any, status: int = 200, **headers: str) -> Response:
    """JSON with optional headers (underscores become hyphens)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(data, default=str).encode()
    return Response(status, body, "application/json; charset=utf-8", named)


def redirect(location: str, status: int = 303) -> Response:
    return Response(status=status, headers={"Location": location})


def text(message: str, status: int = 200) -> Response:
    return Response(status, message.encode(), "text/plain; charset=utf-8")
