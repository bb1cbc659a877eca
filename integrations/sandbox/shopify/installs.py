"""Installed apps: granting, tokens with Shopify's rotation rules, uninstalling."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from integrations.sandbox.faults import Mode

from .models import App, Grant, Installation, RefreshToken, Store, Token
from .payloads import shop_body
from .refusals import Refusal
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

ACCESS_SECONDS = 3600
CLIENT_CREDENTIALS_SECONDS = 86_399
REFRESH_SECONDS = 7_776_000
CODE_SECONDS = 60

Answer = dict[str, Any]


def grant_code(
    world: "World", store: Store, app: App, scopes: Sequence[str], redirect_uri: str
) -> Grant:
    """A one-time code, good for a minute. Who approves our app lets us in again."""
    let_in(world, store)
    grant = Grant(
        code=secrets.token_hex(16),
        client_id=app.client_id,
        scopes=list(scopes),
        redirect_uri=redirect_uri,
        expires_at=world.now() + timedelta(seconds=CODE_SECONDS),
    )
    store.grants[grant.code] = grant
    return grant


def let_in(world: "World", store: Store) -> None:
    """The dial that refuses our tokens at this store ends."""
    world.state.dials = [
        dial
        for dial in world.state.dials
        if not (dial.mode == Mode.UNAUTHORIZED and dial.shop == store.domain)
    ]


def exchange_code(world: "World", store: Store, app: App, code: str, expiring: bool) -> Answer:
    """Tokens for a code, once. Raises Refusal for a used, foreign or old code."""
    grant = store.grants.pop(code, None)
    if grant is None or grant.client_id != app.client_id or grant.expires_at < world.now():
        message = "The authorization code was not found or was already used"
        raise Refusal(message, "invalid_request")
    installation = install(world, store, app, grant.scopes)
    if expiring:
        return issue_pair(world, store, installation)
    installation.tokens = [Token(value=_secret("shpat"))]
    installation.refresh = installation.previous_refresh = None
    _record_token(world, store, app, "a token that does not expire")
    scope = ",".join(installation.scopes)
    return {"access_token": installation.tokens[0].value, "scope": scope}


def install(world: "World", store: Store, app: App, scopes: Sequence[str]) -> Installation:
    """The app's installation at the store, new or with its scopes replaced."""
    installation = store.installations.get(app.client_id)
    if installation is None:
        installation = Installation(
            id=world.new_id(),
            client_id=app.client_id,
            scopes=[],
            installed_at=world.now(),
        )
        store.installations[app.client_id] = installation
        summary = f"{app.title} installed with {', '.join(scopes) or 'no scopes'}"
        world.record("app_installed", store.domain, app.title, summary, scopes=list(scopes))
    installation.scopes = list(scopes)
    return installation


def issue_pair(world: "World", store: Store, installation: Installation) -> Answer:
    """A fresh access and refresh token; the access token before it is dead at once."""
    now, app = world.now(), world.state.apps[installation.client_id]
    access = Token(value=_secret("shpat"), expires_at=now + timedelta(seconds=ACCESS_SECONDS))
    expires = now + timedelta(seconds=REFRESH_SECONDS)
    installation.tokens = [access]
    installation.refresh = RefreshToken(value=_secret("shprt"), expires_at=expires)
    _record_token(world, store, app, "an expiring token pair")
    return {
        "access_token": access.value,
        "scope": ",".join(installation.scopes),
        "expires_in": ACCESS_SECONDS,
        "refresh_token": installation.refresh.value,
        "refresh_token_expires_in": REFRESH_SECONDS,
    }


def refresh_pair(world: "World", store: Store, app: App, value: str) -> Answer:
    """A new pair for a refresh token. Raises Refusal (invalid_grant) for a dead one.

    The token used last may be retried until its replacement is used (Shopify, 2026-08-28), so
    an answer that was lost on the way does not lock the app out.
    """
    installation = store.installations.get(app.client_id)
    current = installation.refresh if installation else None
    previous = installation.previous_refresh if installation else None
    for known in (current, previous):
        if installation and known and known.value == value and known.expires_at > world.now():
            installation.previous_refresh = known
            return issue_pair(world, store, installation)
    raise Refusal("This request requires an active refresh_token", "invalid_grant")


def client_credentials(world: "World", store: Store, app: App) -> Answer:
    """A 24-hour token for the app owner's own store. Raises Refusal elsewhere."""
    if not store.own:
        message = "Client credentials cannot be performed on this shop."
        raise Refusal(message, "shop_not_permitted")
    installation = install(world, store, app, app.own_scopes)
    now = world.now()
    token = Token(
        value=_secret("shpat"), expires_at=now + timedelta(seconds=CLIENT_CREDENTIALS_SECONDS)
    )
    live = [one for one in installation.tokens if one.expires_at and one.expires_at > now]
    installation.tokens = [*live, token]
    _record_token(world, store, app, "a 24-hour token")
    return {
        "access_token": token.value,
        "scope": ",".join(installation.scopes),
        "expires_in": CLIENT_CREDENTIALS_SECONDS,
    }


def uninstall(world: "World", store: Store, client_id: str, source: str) -> None:
    """Drop the app with its tokens and subscriptions; app/uninstalled goes out first."""
    app = world.state.apps[client_id]
    announce(world, store, "APP_UNINSTALLED", shop_body(store), app.title)
    for subscription in store.installations[client_id].subscriptions[:1]:
        store.former_addresses[client_id] = subscription.uri
    del store.installations[client_id]
    summary = f"{app.title} uninstalled by {source}"
    world.record("app_uninstalled", store.domain, app.title, summary, source=source)


def rotate_secret(world: "World", app: App, secret: str = "") -> str:
    """A new secret, made up where none is given; the old one is good until it is revoked."""
    app.previous_secret, app.secret = app.secret, secret or _secret("shpss")
    summary = f"{app.title} was given a new secret; the old one still works"
    world.record("secret_rotated", "", app.title, summary, client_id=app.client_id)
    return app.secret


def revoke_secret(world: "World", app: App) -> None:
    """Only the newest secret is good from now on."""
    app.previous_secret = ""
    summary = f"The old secret of {app.title} was revoked"
    world.record("secret_revoked", "", app.title, summary, client_id=app.client_id)


def _secret(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(16)}"


def _record_token(world: "World", store: Store, app: App, what: str) -> None:
    world.record("token_issued", store.domain, app.title, f"{app.title} was given {what}")
