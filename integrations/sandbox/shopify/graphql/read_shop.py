"""The shop, the app's installation, publications and webhook subscriptions."""

from typing import Any

from integrations.sandbox.shopify.gids import gid
from integrations.sandbox.shopify.models import ONLINE_STORE, Store, Subscription
from integrations.sandbox.shopify.webhooks import API_VERSION

from .binding import resolves
from .connections import connection
from .context import Call, Info


@resolves("QueryRoot", "shop")
def resolve_shop(_: Any, info: Info) -> Store:
    store: Store = info.context.store
    return store


@resolves("Shop", "myshopifyDomain")
def shop_domain(store: Store, info: Info) -> str:
    return store.domain


@resolves("Shop", "primaryDomain")
def primary_domain(store: Store, info: Info) -> Any:
    url = f"https://{store.domain}"
    return {"id": gid("Domain", store.id), "host": store.domain, "url": url}


@resolves("Shop", "url")
def shop_url(store: Store, info: Info) -> str:
    return f"https://{store.domain}"


@resolves("Shop", "currencyCode")
def shop_currency(store: Store, info: Info) -> str:
    return store.currency


@resolves("Shop", "ianaTimezone")
def shop_timezone(store: Store, info: Info) -> str:
    return store.timezone


@resolves("Shop", "plan")
def shop_plan(store: Store, info: Info) -> Any:
    return {"publicDisplayName": "Basic", "partnerDevelopment": False, "shopifyPlus": False}


@resolves("QueryRoot", "currentAppInstallation")
def current_installation(_: Any, info: Info) -> Any:
    return info.context.installation


@resolves("AppInstallation", "accessScopes")
def access_scopes(_: Any, info: Info) -> Any:
    call: Call = info.context
    return [{"handle": scope, "description": scope} for scope in sorted(call.scopes)]


@resolves("AppInstallation", "app")
@resolves("QueryRoot", "app")
def resolve_app(_: Any, info: Info) -> Any:
    call: Call = info.context
    app = call.world.state.apps[call.installation.client_id]
    return {
        "id": gid("App", call.installation.id),
        "title": app.title,
        "apiKey": app.client_id,
        "handle": app.title.lower(),
    }


@resolves("QueryRoot", "publicApiVersions")
def public_versions(_: Any, info: Info) -> Any:
    return [{"handle": API_VERSION, "supported": True, "displayName": f"{API_VERSION} (Latest)"}]


@resolves("QueryRoot", "publications")
def resolve_publications(_: Any, info: Info, **page: Any) -> Any:
    rows = [
        {"id": gid("Publication", number), "number": number, "autoPublish": name == ONLINE_STORE}
        for number, name in info.context.store.publications
    ]
    return connection(rows, key=lambda row: row["number"], **page)


@resolves("QueryRoot", "webhookSubscriptions")
def resolve_subscriptions(
    _: Any,
    info: Info,
    topics: list[str] | None = None,
    uri: str | None = None,
    **page: Any,
) -> Any:
    found = [
        one
        for one in info.context.installation.subscriptions
        if (not topics or one.topic in topics) and uri in (None, one.uri)
    ]
    return connection(found, **page)


@resolves("WebhookSubscription", "apiVersion")
def subscription_version(one: Subscription, info: Info) -> Any:
    return {"handle": API_VERSION, "supported": True, "displayName": API_VERSION}
