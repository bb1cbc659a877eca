"""What a status or a lost answer means: the same table for every provider."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from integrations.answers import Response, clamp_wait, read_retry_after
from integrations.errors import (
    BadResponse,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    Unconfirmed,
)


class Options(TypedDict, total=False):
    """What a call may carry. `authorized` False leaves the connection's credentials out.

    `subject` is our reference for what the call is about; `template` is recorded for the path.
    """

    json: Any
    data: Any
    params: Any
    headers: dict[str, str]
    subject: str
    authorized: bool
    template: str


@dataclass(frozen=True)
class Request:
    """One call as asked for. Statuses in `accept` are answers like any 2xx."""

    host: str
    method: str
    path: str
    is_write: bool
    accept: Collection[int]
    options: Options = field(repr=False)

    @property
    def authorized(self) -> bool:
        return self.options.get("authorized", True)

    @property
    def recorded_path(self) -> str:
        return self.options.get("template") or self.path.partition("?")[0]


def judge(request: Request, answer: Response, now: datetime) -> ProviderError | None:
    """The error an answer's status stands for; None if the answer is to be returned."""
    status, host = answer.status, request.host
    if 200 <= status < 300 or status in request.accept:
        return None
    if 300 <= status < 400:
        text = f"{host} tried to send us to another address; we did not follow."
        return Rejected(text) if request.is_write else BadResponse(text)
    if status in (401, 403):
        return NotAuthorized(f"{host} does not allow this call (HTTP {status}).")
    wait = read_retry_after(answer.headers.get("retry-after"), now)
    if status == 429:
        return throttled(host, wait)
    if status == 408 or status >= 500:
        return lost(request, f"{host} is in trouble (HTTP {status}).", wait)
    return Rejected(f"{host} refused the call (HTTP {status}).")


def lost(request: Request, text: str, wait: float | None = None) -> ProviderError:
    """The error for a call that was sent and whose answer never came."""
    if request.is_write:
        return Unconfirmed(f"{text} Whether it took effect is unknown.")
    return Retryable(text, wait)


def unreadable(request: Request, problem: str) -> ProviderError:
    """The error for an answer that arrived and could not be used."""
    return Response(0, {}, b"", request.host, request.is_write).unreadable(problem)


def throttled(host: str, seconds: float | None) -> Retryable:
    """The error for a call that was put off; `seconds` is clamped to 1 s .. 1 h."""
    wait = None if seconds is None else clamp_wait(seconds)
    return Retryable(f"{host} asks us to slow down.", wait, counts=False)
