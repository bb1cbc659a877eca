"""Partners: made when their system is connected, silent until staff confirm the terms."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from catalog.models import Approval, Dispatch, Partner, Product, ShipTo
from catalog.services.own_store import own_store
from catalog.skus import build_sku
from integrations.models import Connection
from integrations.providers.base import AppendsToOrders, Provider
from integrations.types import AccountInfo

CODE_LENGTH, MOST_SKU = 24, 100


def make_partner(connection: Connection, info: AccountInfo) -> Partner:
    """The partner of a connected system, with the default terms; one that exists stays as is."""
    existing = Partner.objects.filter(connection=connection).first()
    if existing:
        return existing
    for _ in range(5):  # somebody may take the same code in the same moment
        try:
            with transaction.atomic():
                return _create(connection, info)
        except IntegrityError:
            continue
    return Partner.objects.get(connection=connection)


def _create(connection: Connection, info: AccountInfo) -> Partner:
    return Partner.objects.create(
        connection=connection,
        name=(connection.name if is_warehouse(connection) else info.name or connection.name)[:120],
        code=propose_code(connection.account),
        currency=(info.currency or "USD").upper(),
        timezone=known_timezone(info.timezone),
        **default_terms(connection.provider_class),
    )


def default_terms(provider: type[Provider]) -> dict[str, Any]:
    """What of the terms follows from the kind of system, until staff change it.

    Who sends straight to the customer (a warehouse) gets each order at once when it is paid, and
    nobody need say yes to it: the goods are ours, and so are the prices it lists. A store of
    somebody else sells to us.
    """
    if provider.ships_to == ShipTo.CUSTOMER.value:
        return {
            "dispatch": Dispatch.IMMEDIATE,
            "ship_to": ShipTo.CUSTOMER,
            "approval": Approval.NEVER,
            "markup": Decimal(0),
            "min_margin": Decimal(0),
        }
    appends = issubclass(provider, AppendsToOrders)
    return {"dispatch": Dispatch.WEEKLY_APPEND if appends else Dispatch.DAILY}


def is_warehouse(connection: Connection | None) -> bool:
    """Whether it keeps our goods and sends them to our customers: its SKUs are ours."""
    return connection is not None and connection.provider_class.ships_to == ShipTo.CUSTOMER.value


def our_sku(partner: Partner, their_sku: str) -> str:
    """What we call their SKU. Raises ValueError with a sentence where it cannot be ours."""
    if not is_warehouse(partner.connection):
        return build_sku(partner.code, their_sku)
    sku = their_sku.strip()
    if not sku:
        raise ValueError("It has no SKU.")
    if len(sku) > MOST_SKU:
        raise ValueError(f"Its SKU has {len(sku)} characters; ours have {MOST_SKU} at most.")
    return sku


def can_append(partner: Partner) -> bool:
    """Whether lines can be added to an order this partner already has."""
    return partner.connection is not None and _appends(partner.connection)


def _appends(connection: Connection) -> bool:
    return issubclass(connection.provider_class, AppendsToOrders)


def propose_code(account: str) -> str:
    """The shop handle without hyphens, made unique with a number: `blue-door...` is `bluedoor`."""
    handle = account.split(".")[0].casefold()
    base = re.sub(r"[^a-z0-9]", "", handle)[:CODE_LENGTH]
    if len(base) < 2:
        base = f"{base}partner"
    taken = set(Partner.objects.filter(code__startswith=base[:20]).values_list("code", flat=True))
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base[: CODE_LENGTH - len(str(number))]}{number}"
    return code


def known_timezone(name: str) -> str:
    """The IANA name if this machine knows it, else UTC."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return "UTC"
    return name or "UTC"


def keep_own_terms(connection: Connection, info: AccountInfo) -> None:
    """Our shelf sells in the currency and the time zone of our own store."""
    own = own_store()
    if own and own.pk == connection.pk and info.currency:
        Partner.objects.filter(code="us").update(
            currency=info.currency.upper(), timezone=known_timezone(info.timezone)
        )


def confirm_terms(partner: Partner, user: User | None, now: datetime) -> bool:
    """Staff have read the terms: orders may be submitted. False if they were confirmed before.

    Raises PermissionDenied for a user who may not change partners.
    """
    if user is not None and not user.has_perm("catalog.change_partner"):
        raise PermissionDenied("You may not confirm the terms of a partner.")
    waiting = Partner.objects.filter(pk=partner.pk, terms_confirmed_at=None)
    if not waiting.update(terms_confirmed_at=now):
        return False
    partner.terms_confirmed_at = now
    return True


def code_is_fixed(partner: Partner) -> bool:
    """True once SKUs carry the code: from the first import on it cannot change."""
    return partner.is_us or Product.objects.filter(source_partner=partner).exists()
