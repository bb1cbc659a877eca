"""Tokens for client credentials: one an hour, renewed in time, once more after a 401.

Used by every provider whose system gives them out this way (RFC 6749, section 4.4).
"""

from datetime import datetime, timedelta

from integrations.errors import NotAuthorized
from integrations.http import Client
from integrations.providers.base import Access
from integrations.said import Said, amount
from integrations.types import Tokens

MARGIN = timedelta(seconds=60)
REFUSED = (400, 401, 403)
USUAL_LIFE_S, LONGEST_LIFE_S = 3600, 30 * 86_400


class ClientCredentials:
    """Signs one connection in; the token is kept where its store keeps it."""

    def __init__(self, access: Access, path: str, client_id: str, client_secret: str) -> None:
        self._access, self._path = access, path
        self._client_id, self._client_secret = client_id, client_secret
        self._mine: Tokens | None = None  # where nobody keeps tokens: credentials on trial
        self._used = ""

    def header(self) -> dict[str, str]:
        """The authorization of a call, with a token that is still good for a minute."""
        tokens = self._access.tokens.current() or self._mine
        if tokens is None or is_running_out(tokens, self._access.now()):
            tokens = self._renew(tokens.access if tokens else "")
        self._used = tokens.access
        return {"Authorization": f"Bearer {tokens.access}"}

    def renew(self) -> bool:
        """After a 401: one new token, by whichever worker comes first."""
        self._renew(self._used)
        return True

    def _renew(self, used: str) -> Tokens:
        self._mine = self._access.tokens.renew(used, self._sign_in)
        return self._mine

    def _sign_in(self, before: Tokens | None) -> Tokens:
        if not self._client_id or not self._client_secret:
            host = self._access.http.host
            raise NotAuthorized(f"There is no client id and secret for {host}. Enter both.")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        return ask_for_token(self._access.http, self._path, form, self._access.now())


def ask_for_token(http: Client, path: str, form: dict[str, str], now: datetime) -> Tokens:
    """A new token. Raises NotAuthorized with what to do.

    It is a read: a token too many does no harm, so a lost answer is asked for again.
    """
    answer = http.read("POST", path, accept=(*REFUSED, 404), data=form, authorized=False)
    if answer.status == 404:
        raise NotAuthorized(f"{http.host} has nothing at {path}. Check its address.")
    if answer.status in REFUSED:
        raise NotAuthorized(
            f"{http.host} does not accept this client id and secret (HTTP {answer.status}). "
            "Enter them again; ask there whether they are active."
        )
    said = Said(answer.mapping())
    access = said.text("access_token")
    if not access or not access.isascii() or not access.isprintable():
        raise answer.unreadable("no access token")
    life = amount(said.get("expires_in"))
    seconds = USUAL_LIFE_S if life is None else min(max(int(life), 0), LONGEST_LIFE_S)
    return Tokens(access=access, expires_at=now + timedelta(seconds=seconds), issued_at=now)


def is_running_out(tokens: Tokens, now: datetime) -> bool:
    """Less than a minute left; of a token that lives shorter than two, less than half."""
    if tokens.expires_at is None:
        return False
    margin = MARGIN
    if tokens.issued_at is not None:
        margin = min(margin, (tokens.expires_at - tokens.issued_at) / 2)
    return now >= tokens.expires_at - margin
