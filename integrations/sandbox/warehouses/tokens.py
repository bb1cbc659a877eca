"""Tokens for client credentials."""

import secrets
from datetime import timedelta

from integrations.sandbox.messages import Response, json_response

from .calls import Call, unauthorized
from .models import Token


def sign_in(call: Call) -> Response:
    """POST /oauth/token with grant_type, client_id and client_secret."""
    given, place = call.request.fields(), call.place
    said = (str(given.get("client_id", "")), str(given.get("client_secret", "")))
    if given.get("grant_type") != "client_credentials":
        return json_response({"error": "unsupported_grant_type"}, 400)
    if said != (place.client_id, place.client_secret):
        return unauthorized()
    now, seconds = call.world.now(), place.rules.token_seconds
    token = Token(value=secrets.token_urlsafe(32), expires_at=now + timedelta(seconds=seconds))
    place.tokens = [*(one for one in place.tokens if one.expires_at > now), token]
    call.world.record("token_issued", place.account, place.client_id, "A token was given out")
    body = {"access_token": token.value, "token_type": "Bearer", "expires_in": seconds}
    return json_response(body)
