"""Webhook subscriptions of the calling app, and its own uninstall."""

import re
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.installs import uninstall
from integrations.sandbox.shopify.models import Subscription
from integrations.sandbox.shopify.refusals import Refusal
from integrations.sandbox.shopify.webhooks import topic_name

from .access import may_subscribe
from .answers import Payload, done, refused
from .binding import resolves
from .context import Call, Info

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


@resolves("Mutation", "webhookSubscriptionCreate")
def subscription_create(
    _: Any,
    info: Info,
    topic: str,
    webhookSubscription: dict[str, Any],  # noqa: N803
) -> Payload:
    call: Call = info.context
    try:
        one = _new(call, topic, webhookSubscription)
    except Refusal as exc:
        return refused(exc)
    call.installation.subscriptions.append(one)
    _record(call, one, "subscribed")
    return done(webhookSubscription=one)


def _new(call: Call, topic: str, given: dict[str, Any]) -> Subscription:
    uri = _address(given.get("uri"))
    if not may_subscribe(call, topic):
        name = topic_name(topic)
        message = f"You do not have permission to create or update webhooks with {name} topic."
        raise Refusal(message, field=["webhookSubscription"])
    if any((one.topic, one.uri) == (topic, uri) for one in call.installation.subscriptions):
        message = "Address for this topic has already been taken"
        raise Refusal(message, field=["webhookSubscription", "callbackUrl"])
    now = call.world.now()
    one = Subscription(id=call.world.new_id(), topic=topic, uri=uri, created_at=now, updated_at=now)
    _write(one, given)
    return one


def _address(uri: str | None) -> str:
    """Shopify asks for https; the sandbox also delivers to http on this machine."""
    parts = urlsplit(uri or "")
    on_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not uri or not parts.hostname or not (parts.scheme == "https" or on_loopback):
        message = "Address protocol http:// is not supported" if uri else "Address can't be blank"
        raise Refusal(message, field=["webhookSubscription", "callbackUrl"])
    return uri


def _write(one: Subscription, given: dict[str, Any]) -> None:
    name = given.get("name")
    if name is not None and not NAME.fullmatch(name):
        raise Refusal("Name is invalid", field=["webhookSubscription", "name"])
    one.name = name
    one.filter = given.get("filter")
    one.include_fields = given.get("includeFields") or []
    one.metafield_namespaces = given.get("metafieldNamespaces") or []


def _find(call: Call, value: str) -> Subscription:
    number = number_of(value, "WebhookSubscription")
    found = next((one for one in call.installation.subscriptions if one.id == number), None)
    if found is None:
        raise Refusal("Webhook subscription does not exist", field=["id"])
    return found


@resolves("Mutation", "webhookSubscriptionUpdate")
def subscription_update(
    _: Any,
    info: Info,
    id: str,  # noqa: A002
    webhookSubscription: dict[str, Any],  # noqa: N803
) -> Payload:
    call: Call = info.context
    try:
        one = _find(call, id)
        if "uri" in webhookSubscription:
            one.uri = _address(webhookSubscription["uri"])
        _write(one, webhookSubscription)
    except Refusal as exc:
        return refused(exc)
    one.updated_at = call.world.now()
    return done(webhookSubscription=one)


@resolves("Mutation", "webhookSubscriptionDelete")
def subscription_delete(_: Any, info: Info, id: str) -> Payload:  # noqa: A002
    call: Call = info.context
    try:
        one = _find(call, id)
    except Refusal as exc:
        return refused(exc)
    call.installation.subscriptions.remove(one)
    _record(call, one, "unsubscribed")
    return done(deletedWebhookSubscriptionId=gid("WebhookSubscription", one.id))


def _record(call: Call, one: Subscription, what: str) -> None:
    name = topic_name(one.topic)
    call.world.record(what, call.store.domain, name, f"{name} {what} to {one.uri}", uri=one.uri)


@resolves("Mutation", "appUninstall")
def app_uninstall(_: Any, info: Info) -> Payload:
    call: Call = info.context
    app = call.world.state.apps[call.installation.client_id]
    shown = {"id": gid("App", call.installation.id), "title": app.title, "apiKey": app.client_id}
    uninstall(call.world, call.store, call.installation.client_id, call.source)
    return done(app=shown)
