"""The only way out: one client per connection and process. Nothing else imports requests."""

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Unpack
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3 import exceptions as urllib3_errors

from integrations.answers import Call, Response, Timeouts, Verdict
from integrations.errors import NotAuthorized, ProviderError, Rejected, Retryable, Throttled
from integrations.outcomes import (
    Options,
    Request,
    inspect,
    judge,
    judge_system,
    lost,
    throttled,
    unreadable,
)

__all__ = ["Call", "Client", "Response", "Timeouts"]

USER_AGENT = "Crossdock/0.1.0"
READ_TRIES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 8.0
CHUNK = 65536

Outcome = tuple[Response | None, ProviderError | None]


class Client:
    """Calls one account at one provider; every failure is one of our words.

    Reads are tried up to three times: waits up to 8 s are slept, longer ones are raised as
    `Retryable(retry_after)`. Writes are sent once. After a 401 the credentials are renewed once and
    the call is repeated once. No error's message holds a query, a header or a body.
    """

    def __init__(
        self,
        base_url: str,
        *,
        allow_private: bool = False,
        timeouts: Timeouts | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
        on_call: Callable[[Call], object] = lambda call: None,
        user_agent: str = USER_AGENT,
        name: str = "",
    ) -> None:
        """`base_url` is https; plain http only together with `allow_private` (the sandbox).

        `name` is what errors call the other side; its host where none is given.
        """
        parts = urlsplit(base_url)
        if not parts.hostname or parts.scheme not in ("https", "http"):
            raise ValueError("The address of a provider starts with https:// and names a host.")
        if parts.scheme == "http" and not allow_private:
            raise ValueError("A provider is called over https only.")
        self.base_url = base_url.rstrip("/")
        self.host = name or parts.hostname
        self._timeouts = timeouts or Timeouts()
        self._sleep, self._clock, self._now, self._jitter = sleep, clock, now, jitter
        self._on_call = on_call
        self._headers: Callable[[], Mapping[str, str]] = dict
        self._renew: Callable[[], bool] = lambda: False
        self._session = _open_session(self._timeouts, allow_private, user_agent)

    def authorize(
        self, headers: Callable[[], Mapping[str, str]], renew: Callable[[], bool]
    ) -> None:
        """Set where the authorizing headers come from, and what to do once after a 401."""
        self._headers, self._renew = headers, renew

    def close(self) -> None:
        """Give up the pooled connections."""
        self._session.close()

    def read(
        self,
        method: str,
        path: str,
        *,
        accept: Collection[int] = (404,),
        **options: Unpack[Options],
    ) -> Response:
        """A call that changes nothing there. `path` starts with "/"."""
        request = Request(self.host, method, path, False, accept, options)
        attempt = 1
        while True:
            try:
                return self._try(request, attempt)
            except Retryable as error:
                if error.gave_up or _is_last_try(request, error, attempt):
                    error.gave_up = True
                    raise error from None
                self._hold_off(error, attempt)
            attempt += 1

    def write(
        self, method: str, path: str, *, accept: Collection[int] = (), **options: Unpack[Options]
    ) -> Response:
        """A call that changes something there: sent once. A lost answer is Unconfirmed."""
        return self._try(Request(self.host, method, path, True, accept, options), 1)

    def throttled(self, seconds: float | None) -> Throttled:
        """The error for a call put off by the words of its body; `seconds` until it may work.

        To be raised by the call's `inspect`, so that it is waited for like a 429.
        """
        return throttled(self.host, seconds)

    def _hold_off(self, error: Retryable, attempt: int) -> None:
        """Sleep before the next of a read's three tries."""
        wait = error.retry_after
        if wait is None:
            wait = min(FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S) + self._jitter()
        self._sleep(wait)

    def _try(self, request: Request, attempt: int) -> Response:
        """One try, and a second one with renewed credentials if the first was answered 401.

        Both share one deadline: the lease of whoever sends a write is reckoned from it.
        """
        ends = self._clock() + self._timeouts.total
        answer = self._send(request, attempt, ends)
        if answer is None and self._renew():
            answer = self._send(request, attempt, ends, renewed=True)
        if answer is None:
            raise NotAuthorized(f"{self.host} does not accept our credentials any more.")
        return answer

    def _send(
        self, request: Request, attempt: int, ends: float, renewed: bool = False
    ) -> Response | None:
        """Send, read the whole body, record the call. None stands for a 401 worth a renewal."""
        headers = {"Accept": "application/json", **request.options.get("headers", {})}
        if request.authorized:
            headers.update(self._headers())
        started = self._clock()
        answer, error = self._exchange(request, headers, ends)
        if answer is not None:
            error = judge(request, answer, self._now()) or inspect(request, answer)
        to_renew = bool(answer and answer.status == 401 and request.authorized)
        goes_on = (to_renew and not renewed) or not _is_last_try(request, error, attempt)
        self._on_call(
            Call(
                method=request.method,
                path=request.recorded_path,
                status=answer.status if answer else None,
                ms=round((self._clock() - started) * 1000),
                attempt=attempt,
                bytes=len(answer.body) if answer else 0,
                error_kind=error.kind if error else "",
                subject=request.options.get("subject", ""),
                verdict=_verdict(answer, error, goes_on),
                wait_s=error.retry_after if isinstance(error, Retryable) else None,
            )
        )
        if error and to_renew:
            return None
        if error:
            raise error
        return answer

    def _exchange(self, request: Request, headers: dict[str, str], ends: float) -> Outcome:
        """Returns an error rather than raising it: its traceback must not lead to the request."""
        left = ends - self._clock()
        if left <= 0:
            return None, Retryable(f"Getting credentials for {self.host} took too long.")
        try:
            with self._session.request(
                request.method,
                self.base_url + request.path,
                json=request.options.get("json"),
                data=request.options.get("data"),
                params=request.options.get("params"),
                headers=headers,
                timeout=(min(self._timeouts.connect, left), min(self._timeouts.read, left)),
                allow_redirects=False,
                stream=True,
            ) as raw:
                return self._read_body(request, raw, ends)
        except (OSError, urllib3_errors.HTTPError) as problem:  # OSError: all of requests' own
            return None, _judge_failure(request, problem)

    def _read_body(self, request: Request, raw: requests.Response, ends: float) -> Outcome:
        """The whole decoded body, unless the deadline or the byte cap comes first."""
        body = bytearray()
        watchdog = _cut_off(raw, ends - self._clock())
        try:
            for chunk in raw.iter_content(CHUNK):
                body += chunk
                if len(body) > self._timeouts.max_bytes:
                    return None, unreadable(request, "more data than we accept")
                if self._clock() > ends:
                    break
        except (OSError, urllib3_errors.HTTPError):
            if self._clock() <= ends:
                raise
        finally:
            watchdog.cancel()
        if self._clock() > ends:
            return None, lost(request, f"{self.host} did not finish its answer in time.")
        names = {name.lower(): value for name, value in raw.headers.items()}
        return Response(raw.status_code, names, bytes(body), self.host, request.is_write), None


def _is_last_try(request: Request, error: ProviderError | None, attempt: int) -> bool:
    """Whether this outcome of a try is the outcome of the call."""
    if request.is_write or not isinstance(error, Retryable) or attempt >= READ_TRIES:
        return True
    return error.retry_after is not None and error.retry_after > LONGEST_WAIT_S


def _verdict(answer: Response | None, error: ProviderError | None, goes_on: bool) -> Verdict:
    """A call that goes on says nothing about the system yet, unless it asks for time."""
    verdict = judge_system(answer, error)
    return "" if goes_on and verdict != "slow" else verdict


def _open_session(timeouts: Timeouts, allow_private: bool, user_agent: str) -> requests.Session:
    """No redirects, no private addresses, no proxy or password from the environment, no cookies."""
    config = Config(
        ip_filter_enable=not allow_private,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(timeouts.connect, timeouts.read),
        user_agent_override=user_agent,
    )
    session: requests.Session = Manager(config).get_session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _cut_off(raw: requests.Response, seconds: float) -> threading.Timer:
    """Ends a body that drips for ever: the time-out of a socket counts only the silence."""

    def shut_down() -> None:
        try:
            raw.raw.shutdown()
        except (ValueError, RuntimeError, OSError):  # already read, or not a socket
            return

    timer = threading.Timer(max(seconds, 0), shut_down)
    timer.daemon = True
    timer.start()
    return timer


def _judge_failure(request: Request, problem: Exception) -> ProviderError:
    """What an exception of the network means."""
    if isinstance(problem, InvalidIPAddress):
        return Rejected(f"{request.host} leads into a private network: we do not call it.")
    if isinstance(problem, requests.exceptions.InvalidURL):
        return Rejected(f"The address of {request.host} is not a valid one.")
    if _was_never_sent(problem):
        return Retryable(f"No connection to {request.host} could be made.", counts=False)
    if isinstance(problem, requests.exceptions.ContentDecodingError):
        return unreadable(request, "data that could not be unpacked")
    if isinstance(problem, requests.Timeout):
        return lost(request, f"{request.host} did not answer in time.")
    return lost(request, f"The connection to {request.host} broke off.")


def _was_never_sent(problem: Exception) -> bool:
    """True only where no connection stood: the name, the connect or the certificate failed."""
    if isinstance(problem, requests.ConnectTimeout) or isinstance(
        problem.__cause__, socket.gaierror
    ):
        return True
    cause = problem.args[0] if problem.args else None
    reason = getattr(cause, "reason", None) or cause
    if isinstance(reason, urllib3_errors.SSLError) and reason.args:
        return isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, urllib3_errors.NewConnectionError)
