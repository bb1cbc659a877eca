"""Signing in, and what is peculiar to every answer: the rate limit that is told in a body."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.answers import Response
from integrations.errors import NotAuthorized, ProviderError
from integrations.http import Client
from integrations.outcomes import Options
from integrations.providers.sellercloud.config import Secrets
from integrations.providers.sellercloud.values import seconds_until
from integrations.said import Said
from integrations.types import Tokens

SIGN_IN = "/api/token"
REFUSED = (400, 401, 403)
MARGIN = timedelta(minutes=5)
LONGEST = timedelta(days=30)


def sign_in(http: Client, secrets: Secrets, now: datetime) -> Tokens:
    """A token for the username and password. Raises NotAuthorized with what to do.

    It is a read: a token too many does no harm, so a lost answer is asked for again.
    """
    password = secrets.password.get_secret_value()
    if not secrets.username or not password:
        raise NotAuthorized(f"There is no username and password for {http.host}. Enter both.")
    options = common(http, lambda: now)
    options["json"] = {"Username": secrets.username, "Password": password}
    options["authorized"] = False
    answer = http.read("POST", SIGN_IN, accept=(*REFUSED, 404), **options)
    if answer.status in REFUSED:
        raise NotAuthorized(
            f"{http.host} does not accept this username and password (HTTP {answer.status}). "
            "Enter them again; the user must be active in SellerCloud and allowed to use its API."
        )
    if answer.status == 404:
        raise NotAuthorized(no_api(http))
    return read_token(answer, now)


def no_api(http: Client) -> str:
    """The sentence for an address that leads nowhere."""
    return (
        f"There is no SellerCloud API at the address of {http.host} (HTTP 404). Check the API "
        "address: for most servers it ends in /rest, for some it does not."
    )


def read_token(answer: Response, now: datetime) -> Tokens:
    """What a good answer holds. Raises BadResponse if there is no token in it."""
    said = Said(answer.mapping())
    access = said.text("access_token")
    if not access or "\n" in access or "\r" in access or not access.isascii():
        raise answer.unreadable("no access token")
    life = _life(said, now)
    ends = None if life is None else now + life
    return Tokens(access=access, expires_at=ends, issued_at=now)


def _life(said: Said, now: datetime) -> timedelta | None:
    """How long it is good, by `expires_in`, else by `.expires` (their text and their sample
    differ, so no constant is right). None where neither says anything usable."""
    try:
        life = timedelta(seconds=float(said.get("expires_in")))
    except (TypeError, ValueError, OverflowError):
        ends, begins = _date(said.get(".expires")), _date(said.get(".issued")) or now
        if ends is None:
            return None
        life = ends - begins  # by their clock alone: it may be off
    return min(max(life, timedelta(0)), LONGEST)


def _date(value: Any) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def is_running_out(tokens: Tokens, now: datetime) -> bool:
    """Less than five minutes left; of a token that lives shorter than ten, less than half."""
    if tokens.expires_at is None:
        return False
    margin = MARGIN
    if tokens.issued_at is not None:
        margin = min(margin, (tokens.expires_at - tokens.issued_at) / 2)
    return now >= tokens.expires_at - margin


def common(http: Client, now: Callable[[], datetime]) -> Options:
    """The options of every call: the reset time of a rate limit stands in the body."""
    return {
        "retry_after_of": lambda answer: read_reset(answer, now()),
        "inspect": lambda answer: inspect(http, answer),
    }


def read_reset(answer: Response, now: datetime) -> float | None:
    """Seconds until `RateLimitResetTime`, at whatever status; None where it is not said.

    Source: developer.sellercloud.com, REST API Rate Limiting; the status is not documented.
    """
    said = _object(answer) if b"ratelimitresettime" in answer.body[:2000].lower() else None
    return seconds_until(said.get("RateLimitResetTime"), now) if said else None


def inspect(http: Client, answer: Response) -> None:
    """Raises for a rate limit without a time, and for a good status with something unreadable."""
    if not answer.body.strip():
        return  # nothing: each call says what that means
    said = _object(answer) if len(answer.body) < 2000 else None
    if said and "too many requests" in said.text("Error").lower():
        raise http.throttled(None)
    answer.check()


def _object(answer: Response) -> Said | None:
    try:
        return Said(answer.mapping())
    except ProviderError:
        return None
