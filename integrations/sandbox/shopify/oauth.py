"""The approve page and the token endpoint."""

import base64
from urllib.parse import urlsplit

from integrations.sandbox.messages import BadRequest, Request, Response, json_response, redirect
from integrations.sandbox.render import page
from integrations.sandbox.world import UnknownStore, World

from .faulty import fault_before, spoilt
from .installs import client_credentials, exchange_code, grant_code, refresh_pair
from .models import App, Store
from .refusals import Refusal
from .signing import signed_query


def authorize_page(world: World, request: Request, provider: str, shop: str) -> Response:
    """GET admin/oauth/authorize: who asks, for what, Approve or Decline."""
    try:
        store, app, redirect_uri = _asked(world, shop, request.query)
    except BadRequest as exc:
        return page("refused.html", status=400, title="Installation refused", message=str(exc))
    return page(
        "authorize.html",
        title=f"Install {app.title}",
        store=store,
        app=app,
        scopes=[_describe(scope) for scope in _scopes(request.query)],
        fields=request.query.items(),
        allow_form_to=_origin(redirect_uri),
    )


def authorize_answer(world: World, request: Request, provider: str, shop: str) -> Response:
    """POST of the approve page: back to the app, with a code or with the refusal."""
    asked = request.form
    try:
        store, app, redirect_uri = _asked(world, shop, asked)
    except BadRequest as exc:
        return page("refused.html", status=400, title="Installation refused", message=str(exc))
    params = {"shop": store.domain, "state": asked.get("state", ""), "timestamp": _timestamp(world)}
    if asked.get("answer") == "approve":
        with world.lock:
            grant = grant_code(world, store, app, _scopes(asked), redirect_uri)
        params |= {"code": grant.code, "host": _host(store)}
    else:
        params |= {"error": "access_denied"}
    joiner = "&" if urlsplit(redirect_uri).query else "?"
    return redirect(f"{redirect_uri}{joiner}{signed_query(params, app.secret)}", 302)


def _asked(world: World, shop: str, asked: dict[str, str]) -> tuple[Store, App, str]:
    try:
        store = world.store(shop)
    except UnknownStore as exc:
        raise BadRequest(f"There is no store {shop}.") from exc
    app = world.state.apps.get(asked.get("client_id", ""))
    if app is None:
        raise BadRequest("Oauth error invalid_request: could not find Shopify API application.")
    redirect_uri = asked.get("redirect_uri", "")
    if urlsplit(redirect_uri).scheme not in ("http", "https"):
        raise BadRequest("Oauth error invalid_request: the redirect_uri is not whitelisted.")
    return store, app, redirect_uri


def _scopes(asked: dict[str, str]) -> list[str]:
    given = asked.get("scope", "").replace(" ", ",").split(",")
    return list(dict.fromkeys(scope for scope in given if scope))


def _describe(scope: str) -> dict[str, str]:
    verb, _, what = scope.partition("_")
    return {"handle": scope, "text": f"{verb.title()} {what.replace('_', ' ')}"}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(store: Store) -> str:
    handle = store.domain.partition(".")[0]
    return base64.b64encode(f"admin.shopify.com/store/{handle}".encode()).decode()


def _timestamp(world: World) -> str:
    return str(int(world.now().timestamp()))


def access_token(world: World, request: Request, provider: str, shop: str) -> Response:
    """POST admin/oauth/access_token: code, refresh token or client credentials for tokens."""
    fields = request.fields()
    dial = world.api_fault(shop.lower(), ["access_token"])
    if dial is not None and (answer := fault_before(world, request, dial)) is not None:
        return answer
    answer = _grant(world, shop, {name: str(value) for name, value in fields.items()})
    return spoilt(world, dial, answer)


def _grant(world: World, shop: str, fields: dict[str, str]) -> Response:
    app = world.state.apps.get(fields.get("client_id", ""))
    if app is None or not _is_secret_of(app, fields.get("client_secret", "")):
        return _refusal(Refusal("Client authentication failed", "invalid_client"))
    try:
        with world.lock:
            return json_response(_tokens(world, world.store(shop), app, fields))
    except UnknownStore:
        return json_response({"errors": "Not Found"}, 404)
    except Refusal as exc:
        return _refusal(exc)


def _is_secret_of(app: App, given: str) -> bool:
    return bool(given) and given in (app.secret, app.previous_secret)


def _tokens(world: World, store: Store, app: App, fields: dict[str, str]) -> dict[str, object]:
    kind = fields.get("grant_type", "")
    if kind == "client_credentials":
        return client_credentials(world, store, app)
    if kind == "refresh_token":
        return refresh_pair(world, store, app, fields.get("refresh_token", ""))
    if kind in ("", "authorization_code"):
        expiring = fields.get("expiring", "0").lower() in ("1", "true")
        return exchange_code(world, store, app, fields.get("code", ""), expiring)
    raise Refusal("The grant type is not supported", "unsupported_grant_type")


def _refusal(exc: Refusal) -> Response:
    return json_response({"error": exc.code, "error_description": exc.message}, 400)
