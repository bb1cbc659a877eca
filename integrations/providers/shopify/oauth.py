"""Shopify's OAuth: shop domains, the signed callback, and the three token grants."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from integrations.errors import NotAuthorized, Retryable, Unconfirmed
from integrations.http import Client, Response
from integrations.types import Tokens

SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", re.ASCII)
TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105
FRESH_S = 90
MARGIN = timedelta(minutes=5)
LEAST_LIFE = timedelta(seconds=30)

Params = Mapping[str, str | Sequence[str]]


def normalize_shop(text: str) -> str:
    """The shop domain in lower case. Raises ValueError for anything else (never build its URL)."""
    shop = text.strip().lower()
    if len(shop) > 100 or not SHOP.fullmatch(shop):
        raise ValueError("A shop is named by its permanent domain, like my-store.myshopify.com.")
    return shop


def authorize_url(
    base_url: str, client_id: str, scopes: Iterable[str], state: str, redirect_uri: str
) -> str:
    """Where the merchant approves; no grant option asks for an offline token."""
    query = {
        "client_id": client_id,
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{base_url}/admin/oauth/authorize?{urlencode(query)}"


def is_signed(params: Params, secrets: Iterable[str]) -> bool:
    """True if one of the client secrets signed the query.

    Official libraries disagree on escaping, so both are accepted: Python's
    (shopify_python_api shopify/session.py) and JavaScript's (shopify-app-js hmac-validator.ts).
    """
    given = params.get("hmac")
    if not isinstance(given, str):
        return False
    forms = {_canonical(params, _escape_minimally), _canonical(params, _escape_form)}
    matches = [
        hmac.compare_digest(_hex(secret, form).encode(), given.encode("utf-8", "replace"))
        for secret in secrets
        if secret
        for form in forms
    ]
    return any(matches)


def is_fresh(params: Params, now: datetime) -> bool:
    """True if the signed timestamp is within 90 s of `now`."""
    stamp = params.get("timestamp")
    if not isinstance(stamp, str) or not re.fullmatch(r"[0-9]{1,12}", stamp, re.ASCII):
        return False
    return abs(now.timestamp() - int(stamp)) <= FRESH_S


def exchange_code(http: Client, client_id: str, secret: str, code: str, now: datetime) -> Tokens:
    """The first tokens of an installation. Raises NotAuthorized: the owner has to start again."""
    body = {"client_id": client_id, "client_secret": secret, "code": code, "expiring": "1"}
    try:
        answer = http.write("POST", TOKEN_PATH, json=body, authorized=False, accept=(400,))
        return read_tokens(answer, now)
    except (Retryable, Unconfirmed):
        pass
    raise NotAuthorized(f"{http.host} did not complete the connection. Open the link again.")


def refresh_tokens(http: Client, client_id: str, secret: str, old: Tokens, now: datetime) -> Tokens:
    """A new pair. Repeating is safe: Shopify keeps the old refresh token until the new is used."""
    body = {
        "client_id": client_id,
        "client_secret": secret,
        "grant_type": "refresh_token",
        "refresh_token": old.refresh,
    }
    answer = http.read("POST", TOKEN_PATH, json=body, authorized=False, accept=(400,))
    return read_tokens(answer, now)


def fetch_own_token(http: Client, client_id: str, secret: str, now: datetime) -> Tokens:
    """A day's token for a store of our own organization, without a browser."""
    body = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = http.read("POST", TOKEN_PATH, data=body, authorized=False, accept=(400,))
    return read_tokens(answer, now)


def read_tokens(answer: Response, now: datetime) -> Tokens:
    """The tokens of a grant. Raises NotAuthorized if it was refused."""
    if answer.status == 400:
        raise NotAuthorized(
            f"{answer.host} does not accept our credentials any more. Connect the store again."
        )
    body = answer.mapping()
    access = body.get("access_token")
    if not isinstance(access, str) or not access:
        raise answer.unreadable("no access token")
    scopes = body.get("scope")
    return Tokens(
        access=access,
        expires_at=_expiry(body.get("expires_in"), now),
        refresh=str(body.get("refresh_token") or ""),
        refresh_expires_at=_expiry(body.get("refresh_token_expires_in"), now),
        scopes=tuple(scopes.split(",")) if isinstance(scopes, str) and scopes else (),
    )


def is_running_out(tokens: Tokens, now: datetime) -> bool:
    """True from five minutes before the access token expires."""
    return tokens.expires_at is not None and now >= tokens.expires_at - MARGIN


def _expiry(seconds: Any, now: datetime) -> datetime | None:
    """When it expires; absent means never. No life is so short that we would refresh in a loop."""
    if seconds is None:
        return None
    try:
        life = timedelta(seconds=min(int(seconds), 10**9))
    except (ValueError, TypeError, OverflowError):
        life = timedelta(0)
    return now + max(life, MARGIN + LEAST_LIFE)


def _canonical(params: Params, escape: Callable[[str, bool], str]) -> str:
    pairs = []
    for key, value in params.items():
        if key in ("hmac", "signature"):
            continue
        if key.endswith("[]"):
            key, value = key[:-2], json.dumps([value] if isinstance(value, str) else list(value))
        pairs.append(f"{escape(key, True)}={escape(str(value), False)}")
    return "&".join(sorted(pairs))


def _escape_minimally(text: str, is_key: bool) -> str:
    escaped = text.replace("%", "%25").replace("&", "%26")
    return escaped.replace("=", "%3D") if is_key else escaped


def _escape_form(text: str, is_key: bool) -> str:
    return quote(text, safe="*").replace("~", "%7E")


def _hex(secret: str, message: str) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
