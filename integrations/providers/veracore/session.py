"""Signing in: with every call, or by a token of an hour that is renewed in time."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta

from integrations.errors import NotAuthorized
from integrations.http import Client
from integrations.providers.veracore.config import Secrets
from integrations.said import Said, amount
from integrations.types import Tokens

MARGIN = timedelta(seconds=60)
REFUSED = (400, 401, 403)
USUAL_LIFE_S, LONGEST_LIFE_S = 3600, 30 * 86_400


def basic(secrets: Secrets, host: str) -> Mapping[str, str]:
    """The header of a user with a password. Raises NotAuthorized where one is not there."""
    word = f"{secrets.client_id}:{_secret(secrets, host)}"
    return {"Authorization": f"Basic {base64.b64encode(word.encode()).decode()}"}


def sign_in(http: Client, path: str, secrets: Secrets, now: datetime) -> Tokens:
    """A token for the client credentials. Raises NotAuthorized with what to do.

    It is a read: a token too many does no harm, so a lost answer is asked for again.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets.client_id,
        "client_secret": _secret(secrets, http.host),
    }
    answer = http.read("POST", path, accept=(*REFUSED, 404), data=form, authorized=False)
    if answer.status == 404:
        raise NotAuthorized(f"{http.host} has nothing at {path}. Check the path of tokens.")
    if answer.status in REFUSED:
        raise NotAuthorized(
            f"{http.host} does not accept this client id and secret (HTTP {answer.status}). "
            "Enter them again; ask the warehouse whether they are active."
        )
    said = Said(answer.mapping())
    access = said.text("access_token")
    if not access or not access.isascii() or not access.isprintable():
        raise answer.unreadable("no access token")
    life = amount(said.get("expires_in"))
    seconds = USUAL_LIFE_S if life is None else min(max(int(life), 0), LONGEST_LIFE_S)
    return Tokens(access=access, expires_at=now + timedelta(seconds=seconds), issued_at=now)


def _secret(secrets: Secrets, host: str) -> str:
    secret = secrets.client_secret.get_secret_value()
    if not secrets.client_id or not secret:
        raise NotAuthorized(f"There is no user and password for {host}. Enter both.")
    return secret


def is_running_out(tokens: Tokens, now: datetime) -> bool:
    """Less than a minute left; of a token that lives shorter than two, less than half."""
    if tokens.expires_at is None:
        return False
    margin = MARGIN
    if tokens.issued_at is not None:
        margin = min(margin, (tokens.expires_at - tokens.issued_at) / 2)
    return now >= tokens.expires_at - margin
