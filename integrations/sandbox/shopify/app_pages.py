"""The back office's page of installed apps: scopes, webhooks, secrets, the topics of the law."""

from typing import Any
from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.render import page
from integrations.sandbox.world import World

from .backoffice import SOURCE
from .compliance import TOPICS, send_compliance
from .installs import revoke_secret, rotate_secret, uninstall
from .models import App, Installation, Store
from .refusals import Refusal


def apps(world: World, request: Request, shop: str, error: str = "", status: int = 200) -> Response:
    """GET .../admin/apps/: installed apps, and those that were."""
    with world.lock:
        store = world.store(shop)
        gone = [key for key in store.former_addresses if key not in store.installations]
        return page(
            "admin_apps.html",
            status=status,
            title=f"Apps of {store.name}",
            store=store,
            section="apps",
            said=request.query.get("said", ""),
            error=error,
            topics=list(TOPICS),
            emails=sorted(store.customers),
            apps=[_installed(world, one) for one in store.installations.values()],
            gone=[_shown(world.state.apps[key]) for key in gone if key in world.state.apps],
        )


def _installed(world: World, one: Installation) -> dict[str, Any]:
    return _shown(world.state.apps[one.client_id]) | {
        "scopes": one.scopes,
        "since": f"{one.installed_at:%Y-%m-%d %H:%M}",
        "webhooks": [f"{sub.topic} to {sub.uri}" for sub in one.subscriptions],
    }


def _shown(app: App) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "title": app.title,
        "secret": app.secret,
        "previous": app.previous_secret,
    }


def uninstall_app(world: World, request: Request, shop: str) -> Response:
    """POST .../admin/apps/uninstall/: remove an app; its tokens die at once."""
    client_id = request.form.get("client_id", "")
    with world.lock:
        store = world.store(shop)
        if client_id in store.installations:
            uninstall(world, store, client_id, SOURCE)
        return _said(store, "The app was uninstalled.")


def change_secret(world: World, request: Request, shop: str) -> Response:
    """POST .../admin/apps/secret/: rotate the app's secret, or revoke the old one."""
    form = request.form
    with world.lock:
        store, app = world.store(shop), world.state.apps.get(form.get("client_id", ""))
        if app is None:
            return apps(world, request, shop, error="There is no such app.", status=404)
        if form.get("what") == "revoke":
            revoke_secret(world, app)
            return _said(store, f"The old secret of {app.title} is good no more.")
        rotate_secret(world, app)
        return _said(store, f"{app.title} has a new secret; the old one still works.")


def send_topic(world: World, request: Request, shop: str) -> Response:
    """POST .../admin/apps/privacy/: send one of the topics of the law."""
    form = request.form
    with world.lock:
        store, app = world.store(shop), world.state.apps.get(form.get("client_id", ""))
        if app is None:
            return apps(world, request, shop, error="There is no such app.", status=404)
        topic, email = form.get("topic", ""), form.get("email", "").strip()
        try:
            send_compliance(world, store, app, topic, email)
        except Refusal as exc:
            return apps(world, request, shop, error=exc.message, status=422)
        return _said(store, f"{topic} is on its way to {app.title}.")


def _said(store: Store, sentence: str) -> Response:
    return redirect(f"/stores/{store.domain}/admin/apps/?said={quote(sentence)}")
