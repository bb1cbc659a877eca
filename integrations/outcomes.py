"""What a status or a lost answer means: the same table for every provider."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from integrations.answers import Call, Response, Verdict, clamp_wait, read_retry_after
from integrations.errors import (
    BadResponse,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    Throttled,
    Unconfirmed,
)

READ_TRIES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 8.0


class Options(TypedDict, total=False):
    """What a call may carry. `authorized` False leaves the connection's credentials out.

    `subject` is our reference for what the call is about; `template` is recorded for the path.
    `inspect` raises what the body says and the status does not: a throttle, trouble inside.
    `retry_after_of` reads out of a body, at whatever status, in how many seconds a limit on calls
    ends; None where it does not say so.
    """

    json: Any
    data: Any
    params: Any
    headers: dict[str, str]
    subject: str
    authorized: bool
    template: str
    inspect: Callable[[Response], object]
    retry_after_of: Callable[[Response], float | None]


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
    said = request.options.get("retry_after_of", _never)(answer)
    if said is not None:
        return throttled(host, said)
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


def _never(answer: Response) -> float | None:
    return None


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


def is_last_try(request: Request, error: ProviderError | None, attempt: int) -> bool:
    """Whether this outcome of a try is the outcome of the call."""
    if request.is_write or not isinstance(error, Retryable) or attempt >= READ_TRIES:
        return True
    return error.retry_after is not None and error.retry_after > LONGEST_WAIT_S


def seconds_to_wait(error: Retryable, attempt: int, jitter: float) -> float:
    """How long to wait after this try of a read: what they ask for, else 1, 2 ... 8 s and some."""
    if error.retry_after is not None:
        return error.retry_after
    return min(FIRST_WAIT_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S) + jitter


def describe_try(
    request: Request,
    answer: Response | None,
    error: ProviderError | None,
    attempt: int,
    goes_on: bool,
    ms: int,
    at: datetime,
) -> Call:
    """The record of one try. One that goes on says nothing yet, unless they ask for time."""
    verdict = judge_system(answer, error)
    return Call(
        method=request.method,
        path=request.recorded_path,
        status=answer.status if answer else None,
        ms=ms,
        attempt=attempt,
        bytes=len(answer.body) if answer else 0,
        error_kind=error.kind if error else "",
        subject=request.options.get("subject", ""),
        verdict="" if goes_on and verdict != "slow" else verdict,
        wait_s=error.retry_after if isinstance(error, Retryable) else None,
        at=at,
    )
