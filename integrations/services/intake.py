"""Webhooks coming in: verify the raw bytes, store, enqueue. Understanding them is a job."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from integrations import registry
from integrations.errors import NotAuthorized
from integrations.jobs import enqueue
from integrations.models import Connection, InboundEvent
from integrations.providers.base import Provider, SendsWebhooks
from integrations.services.connections import provider_for, provider_of_app
from integrations.types import Envelope

LONGEST_KEY = 400


@dataclass(frozen=True)
class Delivery:
    """One POST as it came: the raw bytes, and headers with lower-case names."""

    body: bytes
    headers: Mapping[str, str]


def hook_url(connection: Connection) -> str:
    """Where a provider sends the webhooks of this connection."""
    return f"{settings.BASE_URL}/hooks/{connection.hook_key}/"


def receive(hook_key: str, delivery: Delivery, now: datetime) -> HTTPStatus:
    """Take in a webhook sent to a connection's own address: 200, 401 or 503."""
    try:
        connection = Connection.objects.filter(hook_key=hook_key).first()
        if connection is None:
            return _refuse_stranger(delivery)
        provider = _hook_provider(connection)
        if provider is None or not _is_ours(provider, connection.account, delivery):
            return _refuse(connection)
        return _store(provider, connection, delivery, now)
    except DatabaseError:
        return HTTPStatus.SERVICE_UNAVAILABLE


def receive_for_app(vendor: str, delivery: Delivery, now: datetime) -> HTTPStatus:
    """Take in a webhook sent to the address of the whole app; the headers name the account.

    An account we have no connection to is stored too, when the installation's secret signed it.
    """
    try:
        for connection in _connections_of(vendor, delivery):
            provider = _hook_provider(connection)
            if provider is not None and _is_ours(provider, connection.account, delivery):
                return _store(provider, connection, delivery, now)
        return _receive_unconnected(vendor, delivery, now)
    except DatabaseError:
        return HTTPStatus.SERVICE_UNAVAILABLE


def hook_vendors() -> set[str]:
    """The vendors with an app-wide address: `shopify` of `shopify` and `shopify-partner`."""
    every = registry.providers().values()
    return {registry.vendor_of(cls) for cls in every if issubclass(cls, SendsWebhooks)}


def _classes_of(vendor: str) -> list[type[Provider]]:
    every = registry.providers().values()
    ours = (cls for cls in every if registry.vendor_of(cls) == vendor)
    return [cls for cls in ours if issubclass(cls, SendsWebhooks)]


def _account(provider: type[Provider], envelope: Envelope) -> str:
    """The account the headers name, in its one spelling; empty if they name none."""
    try:
        return provider.normalize_account(envelope.account) if envelope.account else ""
    except ValueError:
        return ""


def _connections_of(vendor: str, delivery: Delivery) -> list[Connection]:
    """The connections of the account in the headers, those in use first."""
    found: list[Connection] = []
    for cls in _classes_of(vendor):
        assert issubclass(cls, SendsWebhooks)
        if account := _account(cls, cls.envelope(delivery.headers)):
            found += Connection.objects.filter(provider=cls.slug, account=account)
    return sorted(found, key=lambda one: one.status == Connection.Status.ARCHIVED)


def _receive_unconnected(vendor: str, delivery: Delivery, now: datetime) -> HTTPStatus:
    for cls in _classes_of(vendor):
        assert issubclass(cls, SendsWebhooks)
        if account := _account(cls, cls.envelope(delivery.headers)):
            provider = provider_of_app(cls, account)
            if _is_ours(provider, account, delivery):
                return _store(provider, None, delivery, now)
    return _refuse_stranger(delivery)


def _hook_provider(connection: Connection) -> Provider | None:
    """The provider that can verify; None where its code or its secrets are gone."""
    try:
        return provider_for(connection)
    except (LookupError, NotAuthorized, ValueError):
        return None


def _is_ours(provider: Provider, account: str, delivery: Delivery) -> bool:
    """Signed with our secret and, where the headers name an account, for this one.

    Accounts of one app share its secret, so the signature alone does not say whose news it is.
    """
    if not isinstance(provider, SendsWebhooks):
        return False
    if not provider.verify(delivery.body, delivery.headers):
        return False
    envelope = provider.envelope(delivery.headers)
    return not envelope.account or _account(type(provider), envelope) == account


def _refuse_stranger(delivery: Delivery) -> HTTPStatus:
    # As much work as a real check, so that the time does not tell which addresses exist.
    hmac.new(b"no connection has this key", delivery.body, hashlib.sha256).digest()
    return HTTPStatus.UNAUTHORIZED


def _refuse(connection: Connection) -> HTTPStatus:
    Connection.objects.filter(pk=connection.pk).update(rejected_hooks=F("rejected_hooks") + 1)
    return HTTPStatus.UNAUTHORIZED


def _store(
    provider: Provider, connection: Connection | None, delivery: Delivery, now: datetime
) -> HTTPStatus:
    """One row and its job in one transaction; a delivery seen before changes nothing."""
    assert isinstance(provider, SendsWebhooks)
    envelope = provider.envelope_of(delivery.body, delivery.headers)
    account = provider.access.account
    key = _dedupe_key(account, envelope, delivery.body)
    try:
        with transaction.atomic():
            row = InboundEvent.objects.create(
                provider=provider.slug,
                connection=connection,
                account=account,
                topic=_clean(envelope.topic)[:100],
                dedupe_key=key,
                body=delivery.body,
                headers=_kept(provider, delivery.headers),
                received_at=now,
                sent_at=envelope.sent_at,
            )
            enqueue("integrations.tasks.handle_event", row.pk)
    except IntegrityError:
        seen = InboundEvent.objects.filter(provider=provider.slug, dedupe_key=key).exists()
        return HTTPStatus.OK if seen else HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.OK


def _dedupe_key(account: str, envelope: Envelope, body: bytes) -> str:
    delivery_id = _clean(envelope.delivery_id) or hashlib.sha256(body).hexdigest()
    key = f"{account}:{_clean(envelope.topic)}:{delivery_id}"
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _kept(provider: SendsWebhooks, headers: Mapping[str, str]) -> dict[str, str]:
    return {name: _clean(headers[name]) for name in provider.kept_headers if name in headers}


def _clean(text: str) -> str:
    """Without what PostgreSQL cannot store in text: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
