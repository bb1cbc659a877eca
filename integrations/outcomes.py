"""What a status or a lost answer means: the same table for every provider."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from integrations.answers import Response, Verdict, clamp_wait, read_retry_after
from integrations.errors import (
    BadResponse,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    Throttled,
    Unconfirmed,
)


class Options(TypedDict, total=False):
    """What a call may carry. `authorized` False leaves the connection's credentials out.

    `subject` is our reference for what the call is about; `template` is recorded for the path.
    `inspect` raises what the body says and the status does not: a throttle, trouble inside.
    """

    json: Any
    data: Any
    params: Any
    headers: dict[str, str]
    subject: str
    authorized: bool
    template: str
    inspect: Callable[[Response], object]


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
    if status == 401:
        return NotAuthorized(f"{host} refused our access (HTTP 401).")
    if status == 403:
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


def throttled(host: str, seconds: float | None) -> Throttled:
    """The error for a call that was put off; `seconds` is clamped to 1 s .. 1 h."""
    wait = None if seconds is None else clamp_wait(seconds)
    return Throttled(f"{host} asks us to slow down.", wait)


def inspect(request: Request, answer: Response) -> ProviderError | None:
    """What the body of an answer says against it."""
    try:
        request.options.get("inspect", Response.check)(answer)
    except ProviderError as error:
        return error.with_traceback(None)
    return None


def judge_system(answer: Response | None, error: ProviderError | None) -> Verdict:
    """Whether the system works, once a call has ended: a refusal is an answer, silence is not."""
    if isinstance(error, Throttled):
        return "slow"
    if answer is None and isinstance(error, Rejected):
        return ""  # its address is one we do not call
    if answer is not None and 300 <= answer.status < 400:
        return "failed"
    return "good" if error is None or error.answered else "failed"
