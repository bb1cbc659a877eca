"""What comes back over HTTP: the answer, its strict JSON, and how long we are asked to wait."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Literal

from integrations.errors import BadResponse, ErrorKind, ProviderError, Unconfirmed

MIN_WAIT_S, MAX_WAIT_S = 1.0, 3600.0
Verdict = Literal["good", "failed", "slow", ""]


@dataclass(frozen=True)
class Timeouts:
    """How long one try may take, in seconds, and how large its decoded answer may be, in bytes.

    `read` is the longest silence; `total` is the whole call, however busy the line.
    """

    connect: float = 3.0
    read: float = 15.0
    total: float = 30.0
    max_bytes: int = 20_000_000


@dataclass(frozen=True)
class Call:
    """One try of one call, as it is recorded: no query, no body, no header.

    `verdict` says once per call, at its last try, whether the system works; "slow" at every try it
    asked us to slow down, then `wait_s` is for how many seconds, if it said. `at` is when the try
    ended: it may be recorded later, by another thread.
    """

    method: str
    path: str
    status: int | None
    ms: int
    attempt: int
    bytes: int
    error_kind: ErrorKind | Literal[""]
    subject: str = ""
    verdict: Verdict = ""
    wait_s: float | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Response:
    """An answer that was read to its end. Header names are lower-case.

    `is_write` decides which error an unreadable body is: after a write the outcome is unknown.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    host: str = ""
    is_write: bool = False

    @property
    def _content_type(self) -> str:
        return self.headers.get("content-type", "").lower()

    @cached_property
    def _parsed(self) -> Any:
        return parse_json(self.body)

    def check(self) -> None:
        """Raises like `json` if a good status came with a web page, or with JSON that is none."""
        if self.status // 100 == 2 and self.status != 204 and self._promises:
            self.json()

    @property
    def _promises(self) -> bool:
        return "html" in self._content_type or "json" in self._content_type

    def json(self) -> Any:
        """The body as JSON, fractions as Decimal. Raises BadResponse (read) or Unconfirmed."""
        if "html" in self._content_type:
            raise self.unreadable("a web page instead of data")
        try:
            return self._parsed
        except ValueError:
            problem = "an answer that is not readable JSON" if self.body.strip() else "nothing"
        raise self.unreadable(problem)

    def mapping(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is as bad as no JSON."""
        value = self.json()
        if not isinstance(value, dict):
            raise self.unreadable("JSON of another shape than promised")
        return value

    def text(self) -> str:
        """The body as UTF-8 text. Raises like `json`."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            pass
        raise self.unreadable("text that is not UTF-8")

    def unreadable(self, problem: str) -> ProviderError:
        """The error for an answer that says `problem` ("{host} answered with {problem}")."""
        if self.is_write:
            return Unconfirmed(f"{self.host} answered with {problem}: the outcome is unknown.")
        return BadResponse(f"{self.host} answered with {problem}.")


def parse_json(body: bytes) -> Any:
    """Strict JSON: UTF-8 without a byte order mark, no NaN, no absurd nesting or numbers.

    Fractions become Decimal, so no amount ever passes through a float. Raises ValueError.
    """
    try:
        return json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, 1 s to 1 h; None if it is absent or garbage.

    Both forms of RFC 9110 are read: seconds and an HTTP date. A date in the past means 1 s.
    """
    text = (value or "").strip()
    if not text:
        return None
    try:
        return clamp_wait(float(text))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return clamp_wait((moment - now).total_seconds())


def clamp_wait(seconds: float) -> float:
    """Between 1 s and 1 h. Raises ValueError for NaN."""
    if seconds != seconds:
        raise ValueError("Not a number of seconds.")
    return min(max(seconds, MIN_WAIT_S), MAX_WAIT_S)
