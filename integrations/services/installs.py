"""Install links: from an invitation to a connected store, over OAuth."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations import registry
from integrations.errors import NotAuthorized, ProviderError
from integrations.jobs import enqueue
from integrations.models import Connection, InstallLink, SyncRun
from integrations.providers.base import Authorizes, Provider
from integrations.services.connecting import free_slug
from integrations.services.connections import (
    app_settings,
    check_connection,
    provider_of_app,
)
from integrations.services.install_refusals import InstallRefused, Reason, noting_refusal
from integrations.services.run_requests import request_run
from integrations.services.tokens import store_tokens
from integrations.types import Tokens

LINK_DAYS = 7
STATE_MINUTES = 10
FIRST_FLOWS = ("products",)

# The reasons that tell an owner that a link is over.
OVER: dict[str, Reason] = {
    "Connected": "used", "Revoked": "revoked", "Expired": "expired",
}  # fmt: skip


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and the ticket it must bring back in a cookie."""

    url: str
    ticket: str
    account: str


def is_linkable(cls: type[Provider]) -> bool:
    """True where the owner of an account connects it by saying yes there."""
    return issubclass(cls, Authorizes)


def create_link(
    provider: str,
    account: str,
    email: str,
    user: AbstractBaseUser,
    now: datetime,
    days: int = LINK_DAYS,
) -> tuple[InstallLink, str]:
    """An invitation for one store, or for any where `account` is empty; returns it and its address.

    Only a hash of the token is stored: the address can be shown once, now. Raises ValueError with
    a sentence if the account is not one, or this kind of system cannot be connected by a link.
    """
    cls = registry.provider_class(provider)
    if not is_linkable(cls):
        raise ValueError(f"{cls.label} is not connected by a link.")
    account = cls.normalize_account(account) if account.strip() else ""
    if sentence := _taken_otherwise(cls, account):
        raise ValueError(sentence)
    token = secrets.token_urlsafe(32)
    link = InstallLink.objects.create(
        provider=provider,
        token_hash=_hash(token),
        account=account,
        email=email,
        created_by_id=user.pk,
        expires_at=now + timedelta(days=days),
    )
    return link, f"{settings.BASE_URL}/connect/{registry.vendor_of(cls)}/{token}/"


def revoke(link: InstallLink, now: datetime) -> bool:
    """End an invitation that was not used; False if it was used or revoked already."""
    unused = InstallLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
    return bool(unused.update(revoked_at=now, state_hash=None))


def find_link(token: str, now: datetime) -> InstallLink:
    """The invitation of this token, still good. Raises InstallRefused."""
    link = InstallLink.objects.filter(token_hash=_hash(token)).first()
    if link is None:
        raise InstallRefused("unknown")
    _refuse_if_over(link, now)
    return link


def _refuse_if_over(link: InstallLink, now: datetime) -> None:
    if reason := OVER.get(link.state_word(now)):
        raise InstallRefused(reason)


def open_link(link: InstallLink, account: str, now: datetime) -> Departure:
    """Begin: a state for one use within ten minutes, bound to this browser.

    Opening again begins anew; the state before it is dead. Raises InstallRefused.
    """
    cls = _class_of(link)
    with noting_refusal(link, lambda: now):
        account = _agreed_account(cls, link, account)
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    ticket = f"{nonce}.{account}"
    provider = provider_of_app(cls, account)
    assert isinstance(provider, Authorizes)
    url = provider.authorize_url(state, callback_url(cls))
    open_ones = InstallLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
    opened = open_ones.update(
        opened_at=link.opened_at or now,
        state_hash=_hash(state),
        browser_hash=_hash(ticket),
        state_expires_at=now + timedelta(minutes=STATE_MINUTES),
    )
    if not opened:
        raise InstallRefused("used")
    return Departure(url, ticket, account)


def _class_of(link: InstallLink) -> type[Provider]:
    try:
        return registry.provider_class(link.provider)
    except LookupError:
        raise InstallRefused("unknown") from None


def _agreed_account(cls: type[Provider], link: InstallLink, given: str) -> str:
    if not (link.account or given.strip()):
        raise InstallRefused("no_account")
    try:
        account = cls.normalize_account(given or link.account)
    except ValueError as exc:
        raise InstallRefused("no_account", str(exc)) from None
    if link.account and account != link.account:
        raise InstallRefused("wrong_account", f"This link is for {link.account}.")
    if sentence := _taken_otherwise(cls, account):
        raise InstallRefused("wrong_account", sentence)
    return account


def _taken_otherwise(cls: type[Provider], account: str) -> str:
    """Why this account may not come in so: it is connected as something else, our own store say."""
    vendor = registry.vendor_of(cls)
    others = Connection.objects.filter(account=account).exclude(provider=cls.slug)
    for one in others.exclude(status=Connection.Status.ARCHIVED).exclude(account=""):
        if registry.vendor_of(one.provider_class) == vendor:
            return f"{account} is connected already, as {one.provider_class.label}."
    return ""


def callback_url(cls: type[Provider]) -> str:
    """Where the provider sends the browser back to."""
    return f"{settings.BASE_URL}/connect/{registry.vendor_of(cls)}/callback/"


def finish(params: Mapping[str, str], ticket: str, clock: Callable[[], datetime]) -> Connection:
    """The browser came back: check everything, then exchange the code once, and connect.

    Raises InstallRefused. A state is used up before its code is exchanged, so a replay finds
    nothing; the link itself is used up only by a store that was connected.
    """
    link = _link_of(params.get("state", ""))
    with noting_refusal(link, clock):
        _refuse_stranger(link, ticket, clock())
        return _connect(link, params, ticket.partition(".")[2], clock)


def _connect(
    link: InstallLink, params: Mapping[str, str], account: str, clock: Callable[[], datetime]
) -> Connection:
    cls = _class_of(link)
    provider = provider_of_app(cls, account)
    assert isinstance(provider, Authorizes)
    if "error" in params:
        raise InstallRefused("denied")
    if not provider.verify_callback(params):
        raise InstallRefused("unsigned")
    _use_up_state(link, clock())
    try:
        tokens = provider.exchange(params)
    except ProviderError as exc:
        raise InstallRefused("refused", str(exc)) from None
    connection = _keep(link, cls, account, tokens, clock())
    try:
        activate_install(connection)
    except NotAuthorized as exc:
        raise InstallRefused("scopes", str(exc)) from None
    except ProviderError:  # out of reach just now: the tick asks again
        pass
    return connection


def _link_of(state: str) -> InstallLink:
    link = InstallLink.objects.filter(state_hash=_hash(state)).first() if state else None
    if link is None:
        raise InstallRefused("unknown")
    return link


def _refuse_stranger(link: InstallLink, ticket: str, now: datetime) -> None:
    """Another browser, a link that is over, or a state that is too old."""
    if not hmac.compare_digest(link.browser_hash, _hash(ticket)):
        raise InstallRefused("browser")
    _refuse_if_over(link, now)
    if link.state_expires_at is None or link.state_expires_at <= now:
        raise InstallRefused("late")


def _use_up_state(link: InstallLink, now: datetime) -> None:
    """Exactly one callback gets past this, whatever each one's clock says."""
    fresh = Q(state_hash=link.state_hash, state_expires_at__gt=now, used_at=None, revoked_at=None)
    if not InstallLink.objects.filter(fresh, pk=link.pk).update(state_expires_at=None):
        raise InstallRefused("late")


def _keep(
    link: InstallLink, cls: type[Provider], account: str, tokens: Tokens, now: datetime
) -> Connection:
    """Connection, tokens and the link's end in one commit. A store that comes back keeps its row.

    The token of an account is thereby replaced only by a grant of that same account.
    """
    with transaction.atomic():
        connection = _connection_of(cls, account)
        if connection.status == Connection.Status.ARCHIVED:
            connection.move(Connection.Status.ARCHIVED, Connection.Status.DRAFT, archived_at=None)
        store_tokens(connection, tokens)
        Connection.objects.filter(pk=connection.pk).update(installed_at=now)
        used = InstallLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
        no_failure = {"failed_at": None, "failure": "", "failure_text": ""}
        if not used.update(used_at=now, connection=connection, **no_failure):
            raise InstallRefused("used")
        others = InstallLink.objects.filter(provider=link.provider, account=connection.account)
        others.filter(used_at=None, revoked_at=None).update(revoked_at=now)
    connection.refresh_from_db()
    return connection


def _connection_of(cls: type[Provider], account: str) -> Connection:
    rows = Connection.objects.filter(provider=cls.slug, account=account)
    if (row := rows.first()) is not None:
        return row
    handle = account.partition(".")[0]
    try:
        with transaction.atomic():
            return Connection.objects.create(
                provider=cls.slug,
                slug=free_slug(handle),
                name=handle,
                account=account,
                settings=app_settings(cls, account),
            )
    except IntegrityError:  # the same store came in twice at the same moment
        return rows.get()


def activate_install(connection: Connection) -> None:
    """Check what was granted, and start work. Raises ProviderError."""
    info = check_connection(connection)
    handle = connection.account.partition(".")[0]
    Connection.objects.filter(pk=connection.pk, name=handle).update(name=info.name)
    connection.refresh_from_db()
    start_work(connection)


def finish_install(connection: Connection) -> str:
    """`activate_install` for a job: the outcome as a short word, nothing raised."""
    if connection.status != Connection.Status.DRAFT:
        return connection.status
    try:
        activate_install(connection)
    except ProviderError as exc:
        return exc.kind
    return "ok"


def start_work(connection: Connection) -> None:
    """After connecting: subscribe to webhooks and run the first flows."""
    enqueue("integrations.tasks.ensure_webhooks", connection.pk)
    names = {flow.name for flow in registry.flows_of(connection.provider_class)}
    for flow in FIRST_FLOWS:
        if flow in names:
            request_run(connection, flow, trigger=SyncRun.Trigger.SCHEDULE)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
