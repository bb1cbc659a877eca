"""API keys: made, found by what a caller sends, rotated, revoked."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import transaction
from django.db.models import Q

from integrations.models import ApiKey
from integrations.scopes import SCOPES
from integrations.services.alerts import close_alert
from integrations.services.api_key_ends import end_fingerprint

ALPHABET = string.ascii_letters + string.digits
LETTERS = string.ascii_lowercase + string.digits
SECRET_LENGTH = 43  # of 62 letters each: 256 bits, so a plain SHA-256 of it is enough
SHAPE = re.compile(r"(cd_[a-z0-9]{8})_[A-Za-z0-9]{43}")
ROTATED_WORKS_ON = timedelta(hours=24)
NOTED_EVERY = timedelta(minutes=1)
NOBODY = hashlib.sha256(b"").hexdigest()
Refusal = Literal["key_unknown", "key_revoked", "key_expired", "owner_inactive"]


class KeyRefused(Exception):
    """A key that does not open anything; the text is a sentence for whoever runs the script."""

    def __init__(self, code: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class CannotRotate(Exception):
    """This key cannot be replaced any more; the text is a sentence for staff."""


def make_key(
    owner: AbstractBaseUser, name: str, scopes: Iterable[str], life: timedelta, now: datetime
) -> tuple[ApiKey, str]:
    """A new key; returns it and its text, which can be shown once, now: only a hash is kept.

    Raises ValueError for a scope there is not.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise ValueError(f"There is no scope {unknown[0]!r}.")
    prefix = f"cd_{_random(LETTERS, 8)}"
    text = f"{prefix}_{_random(ALPHABET, SECRET_LENGTH)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        hash=_hash(text),
        scopes=wanted,
        owner_id=owner.pk,
        expires_at=now + life,
    )
    return key, text


def find_key(text: str, now: datetime) -> ApiKey:
    """The key with this text, if it works and its owner may sign in. Raises KeyRefused.

    That one is over is told only to who has the whole of it.
    """
    shape = SHAPE.fullmatch(text)
    row = ApiKey.objects.select_related("owner").filter(prefix=shape[1]).first() if shape else None
    fits = hmac.compare_digest(row.hash if row else NOBODY, _hash(text))
    if row is None or not fits:
        raise KeyRefused(
            "key_unknown",
            "This API key is not known. Check that it was copied whole; a lost one is replaced in "
            "the portal under API keys.",
        )
    _refuse_if_over(row, now)
    return row


def _refuse_if_over(key: ApiKey, now: datetime) -> None:
    if key.revoked_at:
        said = "This API key was revoked. Make a new one in the portal under API keys."
        raise KeyRefused("key_revoked", said)
    if key.expires_at <= now:
        said = "This API key has expired. Make a new one in the portal under API keys."
        raise KeyRefused("key_expired", said)
    if not (key.owner.is_active and getattr(key.owner, "is_staff", False)):
        raise KeyRefused(
            "owner_inactive",
            "The owner of this API key may no longer sign in. Use a key of somebody who may.",
        )


def note_use(key: ApiKey, ip: str | None, now: datetime) -> bool:
    """Remember that it was used, once a minute at most; True if something was written."""
    before = now - NOTED_EVERY
    if key.last_used_at and key.last_used_at > before:
        return False
    idle = Q(last_used_at=None) | Q(last_used_at__lte=before)
    return bool(ApiKey.objects.filter(idle, pk=key.pk).update(last_used_at=now, last_used_ip=ip))


def revoke_key(key: ApiKey, now: datetime) -> bool:
    """It opens nothing any more; False if it was revoked or over already."""
    if not ApiKey.objects.filter(ApiKey.works(now), pk=key.pk).update(revoked_at=now):
        return False
    close_alert(end_fingerprint(key), now)
    return True


def rotate_key(key: ApiKey, person: AbstractBaseUser, now: datetime) -> tuple[ApiKey, str]:
    """A new key in its place, as long-lived; the old one works for 24 hours more.

    The new one belongs to `person`, who gets to see it. Raises CannotRotate.
    """
    with transaction.atomic():
        new, text = make_key(person, key.name, key.scopes, key.expires_at - key.created_at, now)
        end = min(key.expires_at, now + ROTATED_WORKS_ON)
        open_ones = ApiKey.objects.filter(ApiKey.works(now), pk=key.pk, replaced_by=None)
        if not open_ones.update(replaced_by=new, expires_at=end):
            raise CannotRotate(f"{key.name} is over, or was rotated already.")
        close_alert(end_fingerprint(key), now)
    return new, text


def may(user: PermissionsMixin, scope: str) -> bool:
    """Whether this person may now do what the scope stands for."""
    return user.has_perm(SCOPES[scope].permission)


def _random(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
