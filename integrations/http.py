"""The only way out: one client per connection and process. Nothing else imports requests."""

import random
import socket
import ssl
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Unpack
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3 import exceptions as urllib3_errors

from integrations.answers import Call, Response, Timeouts
from integrations.deadline import cut_off
from integrations.errors import NotAuthorized, ProviderError, Rejected, Retryable, Throttled
from integrations.handover import ask, tell
from integrations.many_reads import Gate, Pool
from integrations.outcomes import (
    Options,
    Request,
    describe_try,
    inspect,
    is_last_try,
    judge,
    lost,
    seconds_to_wait,
    throttled,
    unreadable,
)

__all__ = ["Call", "Client", "Response", "Timeouts"]

USER_AGENT = "Crossdock/0.1.0"
CHUNK = 65536

Outcome = tuple[Response | None, ProviderError | None]


class Client:
    """Calls one account at one provider; every failure is one of our words.

    Reads are tried up to three times: waits up to 8 s are slept, longer ones are raised as
    `Retryable(retry_after)`. Writes are sent once. After a 401 the credentials are renewed once and
    the call is repeated once. No error's message holds a query, a header or a body.

    May be used in helper threads (`integrations.handover`): what is told of a call, and a renewal
    of credentials, happen in the thread that owns them.
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
        before_call: Callable[[], object] = lambda: None,
        user_agent: str = USER_AGENT,
        name: str = "",
    ) -> None:
        """`base_url` is https; plain http only together with `allow_private` (the sandbox).

        `name` is what errors call the other side; its host where none is given. `before_call` may
        raise a `Throttled` of its own: then the call is not made, and not told to `on_call`.
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
        self._on_call, self._before_call, self._renewals = on_call, before_call, 0
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
        return self._read(Request(self.host, method, path, False, accept, options))

    def read_many(
        self, calls: Iterable[tuple[str, str, Options]], at_once: int = 4
    ) -> Generator[Response, None, None]:
        """The answers of many reads, each (method, path, options), in the order they are given.

        At most `at_once` are in flight, and `calls` is walked only a little ahead: close the
        generator, and none begins any more. Each is a `read`; once they ask us to slow down, all
        wait. The first error is raised when those in flight have ended.
        """
        requests = (Request(self.host, *call[:2], False, (404,), call[2]) for call in calls)
        pool = Pool(self._read, at_once, Gate(self._clock, self._sleep))
        return pool.answers(requests)

    def _read(self, request: Request, gate: Gate | None = None) -> Response:
        """Up to three tries; `gate` is where those of a pool wait for each other."""
        attempt = 1
        while True:
            try:
                if gate is not None:
                    gate.enter()
                return self._try(request, attempt)
            except Retryable as error:
                if error.gave_up or is_last_try(request, error, attempt):
                    error.gave_up = True
                    raise error from None
                self._hold_off(error, attempt, gate)
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

    def _hold_off(self, error: Retryable, attempt: int, gate: Gate | None) -> None:
        """Before the next of a read's three tries: sleep, and where they ask for it, all of a pool.

        In a pool that has failed meanwhile there is no next try.
        """
        wait = seconds_to_wait(error, attempt, self._jitter())
        if gate is not None and gate.is_shut:
            raise error from None
        if gate is not None and isinstance(error, Throttled):
            gate.hold(wait)
        else:
            self._sleep(wait)

    def _try(self, request: Request, attempt: int) -> Response:
        """One try, and a second one with renewed credentials if the first was answered 401.

        Both share one deadline: the lease of whoever sends a write is reckoned from it.
        """
        ends, known = self._clock() + self._timeouts.total, self._renewals
        answer = self._send(request, attempt, ends)
        if answer is None and ask(lambda: self._renew_after(known)):
            answer = self._send(request, attempt, ends, renewed=True)
        if answer is None:
            raise NotAuthorized(f"{self.host} does not accept our credentials.")
        return answer

    def _renew_after(self, known: int) -> bool:
        """Renew, unless another call of ours did since this one took its headers."""
        if self._renewals != known:
            return True
        if not self._renew():
            return False
        self._renewals += 1
        return True

    def _send(
        self, request: Request, attempt: int, ends: float, renewed: bool = False
    ) -> Response | None:
        """Send, read the whole body, record the call. None stands for a 401 worth a renewal."""
        headers = {"Accept": "application/json", **request.options.get("headers", {})}
        if request.authorized:
            headers.update(self._headers())
        self._before_call()
        started = self._clock()
        answer, error = self._exchange(request, headers, ends)
        if answer is not None:
            error = judge(request, answer, self._now()) or inspect(request, answer)
        to_renew = bool(answer and answer.status == 401 and request.authorized)
        goes_on = (to_renew and not renewed) or not is_last_try(request, error, attempt)
        ms = round((self._clock() - started) * 1000)
        call = describe_try(request, answer, error, attempt, goes_on, ms, self._now())
        tell(lambda: self._on_call(call))
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
        watchdog = cut_off(raw, ends - self._clock())
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
