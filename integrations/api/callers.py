"""Who calls: an API key in the name of its owner, or a signed-in member of staff."""

from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from integrations.api.problems import Problem
from integrations.api.throttle import count_call
from integrations.models import ApiKey
from integrations.scopes import SCOPES
from integrations.services.api_keys import KeyRefused, find_key, may, note_use

NO_CREDENTIALS = (
    "Send an API key as `Authorization: Bearer cd_...`. Owners make keys in the portal under API "
    "keys."
)


@dataclass(frozen=True)
class Caller:
    """In whose name the call is made, and with which key, if with one."""

    user: User
    key: ApiKey | None = None

    @property
    def ident(self) -> str:
        """What its calls are counted under."""
        return f"key:{self.key.pk}" if self.key else f"user:{self.user.pk}"


class BearerKey(HttpBearer):
    """`Authorization: Bearer <API key>`; a wrong one is refused even if somebody is signed in."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        """None where no header was sent. Raises Problem."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("no_credentials", NO_CREDENTIALS)
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Who holds this key. Raises Problem."""
        now = timezone.now()
        try:
            key = find_key(token, now)
        except KeyRefused as exc:
            if exc.code == "owner_inactive":
                raise Problem(403, exc.code, str(exc)) from None
            raise unauthorized(exc.code, str(exc)) from None
        note_use(key, client_ip(request), now)
        return admit(Caller(key.owner, key), self.scope)


class StaffSession(APIKeyCookie):
    """The session of a signed-in member of staff; what changes something needs the CSRF token."""

    def __init__(self, scope: str) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=False)
        self.scope = scope

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """None where nobody is signed in. Raises Problem."""
        user = request.user
        if not isinstance(user, User):
            return None
        if not user.is_staff:
            raise Problem(403, "not_allowed", "Only staff may use the API.")
        if check_csrf(request):
            said = "Send the CSRF token as X-CSRFToken, or call with an API key instead."
            raise Problem(403, "csrf", said)
        return admit(Caller(user), self.scope)


def admit(caller: Caller, scope: str) -> Caller:
    """The caller, if it may do this now, and does not call too often. Raises Problem."""
    if seconds := count_call(caller.ident, timezone.now()):
        said = f"Too many calls. Go on in {seconds} s."
        raise Problem(429, "throttled", said, headers={"Retry-After": str(seconds)})
    if caller.key and scope not in caller.key.scopes:
        raise Problem(
            403,
            "scope_missing",
            f"This API key was not made for this: it lacks the scope {scope}. Use one that has it.",
        )
    if not may(caller.user, scope):
        whose = "The owner of this API key" if caller.key else "Your role"
        label = SCOPES[scope].label
        raise Problem(
            403, "not_allowed", f"{whose} does not allow this: {label}. Ask an owner of the portal."
        )
    return caller


def unauthorized(code: str, detail: str) -> Problem:
    """A 401, which names the way to get in."""
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer realm="Crossdock"'})


def client_ip(request: HttpRequest) -> str | None:
    """Where the call came from: the address our outermost trusted proxy saw, or the peer's."""
    forwarded, proxies = request.headers.get("X-Forwarded-For", ""), int(settings.TRUSTED_PROXIES)
    if not (proxies and forwarded):
        return valid_ip(request.META.get("REMOTE_ADDR") or "")
    hops = forwarded.split(",")
    return valid_ip(hops[-min(proxies, len(hops))].strip())


def valid_ip(text: str) -> str | None:
    """An address, or None for what is none: anybody can write that header."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def callers(scope: str) -> list[BearerKey | StaffSession]:
    """Both ways in, for an endpoint that needs this scope."""
    return [BearerKey(scope), StaffSession(scope)]
