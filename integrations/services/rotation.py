"""Rotation: every stored credential under the newest key; replaced secrets end when it is time."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from integrations.crypto import CredentialUnreadable, Secret, key_ids, seal
from integrations.models import Connection
from integrations.services.connecting import OLD

FIELDS = ("secrets", "tokens")


@dataclass
class Rotation:
    """What became of the stored values. `unreadable` names connection and field."""

    rotated: int = 0
    current: int = 0
    empty: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_keys() -> Rotation:
    """Re-encrypt what an older key encrypted. Each value is one UPDATE: stop and resume at will."""
    counts = Rotation()
    for pk in Connection.objects.order_by("pk").values_list("pk", flat=True):
        for name in FIELDS:
            _rotate(Connection.objects.get(pk=pk), name, counts)
    return counts


def _rotate(row: Connection, name: str, counts: Rotation) -> None:
    value: Secret = getattr(row, name)
    if not value:
        counts.empty += 1
    elif value.key_id == key_ids()[0]:
        counts.current += 1
    else:
        _reseal(row, name, value, counts)


def _reseal(row: Connection, name: str, value: Secret, counts: Rotation) -> None:
    try:
        plain = value.reveal()
    except CredentialUnreadable:
        counts.unreadable.append(f"{row.slug} ({name})")
        return
    sealed = seal(plain, f"{row._meta.label_lower}:{row.hook_key}:{name}")
    # A token renewed in this moment is under the newest key already: it must not be overwritten.
    unchanged = Q(**{name: value.stored})
    if row.update_where(unchanged, **{name: sealed}):
        counts.rotated += 1
    else:
        counts.current += 1


def wipe_old_secrets(now: datetime) -> int:
    """Forget the replaced secrets whose time is over; returns of how many connections."""
    over = Connection.objects.filter(old_secrets_until__lte=now)
    return sum(_wipe(row) for row in over)


def _wipe(row: Connection) -> bool:
    """One UPDATE, and none if the credentials were replaced in this very moment."""
    try:
        plain = row.secrets.reveal()
    except CredentialUnreadable:  # kept as it is until its key is back
        return False
    kept = {name: value for name, value in plain.items() if not name.startswith(OLD)}
    place = f"{row._meta.label_lower}:{row.hook_key}:secrets"
    unchanged = Q(secrets=row.secrets.stored, old_secrets_until=row.old_secrets_until)
    fields = {"secrets": seal(kept, place) if kept else "", "old_secrets_until": None}
    return row.update_where(unchanged, **fields)
