"""POST api/token: a bearer token for a name and a password."""

import secrets
from datetime import datetime, timedelta

from integrations.sandbox.messages import Response, json_response
from integrations.sandbox.world import World

from .calls import Call, login_refused
from .models import Erp, Token


def sign_in(call: Call) -> Response:
    """A token with its life in seconds, and from when until when it is good."""
    username, password = call.asked.text("Username"), call.asked.text("Password")
    if not username or not password:
        return json_response({"Message": "Username and Password are required."}, 400)
    if (username.lower(), password) != (call.erp.username.lower(), call.erp.password):
        return login_refused(call.erp.rules.refuses_login_with)
    token = issue(call.world, call.erp)
    seconds = call.erp.rules.token_seconds
    return json_response(
        {
            "access_token": token.value,
            "token_type": "Bearer",
            "username": call.erp.username,
            "expires_in": seconds,
            ".issued": _http_date(token.expires_at - timedelta(seconds=seconds)),
            ".expires": _http_date(token.expires_at),
        }
    )


def issue(world: World, erp: Erp) -> Token:
    """A new token; older ones stay good until they expire."""
    now = world.now()
    life = timedelta(seconds=erp.rules.token_seconds)
    token = Token(value=secrets.token_urlsafe(48), expires_at=now + life)
    erp.tokens = [*(one for one in erp.tokens if one.expires_at > now), token]
    world.record("token_issued", erp.account, erp.username, f"{erp.username} signed in")
    return token


def revoke_all(world: World, erp: Erp) -> int:
    """Every token is good no more; how many there were."""
    count, erp.tokens = len(erp.tokens), []
    world.record("tokens_revoked", erp.account, erp.username, f"{count} tokens revoked")
    return count


def _http_date(at: datetime) -> str:
    return f"{at:%a, %d %b %Y %H:%M:%S} GMT"
