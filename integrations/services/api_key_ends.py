"""Keys in use that are about to end: said before what calls with them stops."""

from datetime import datetime, timedelta

from integrations.models import Alert, ApiKey
from integrations.models.api_keys import UNUSED_AFTER
from integrations.services.alerts import close_alert, raise_alert

TOLD_BEFORE = TOLD_AFTER = timedelta(days=7)
ABOUT = "api-key:"


def tell_of_ends(now: datetime) -> int:
    """An alert for each key that was used lately and ends within a week, or has just ended.

    One that was revoked, or has a successor, is nobody's surprise. Returns how many are told of;
    the alerts of all others close.
    """
    ending = ApiKey.objects.filter(
        revoked_at=None,
        replaced_by=None,
        last_used_at__gt=now - UNUSED_AFTER,
        expires_at__gt=now - TOLD_AFTER,
        expires_at__lte=now + TOLD_BEFORE,
    ).order_by("pk")
    told = {end_fingerprint(key) for key in ending if _tell(key, now)}
    for name in Alert.objects.filter(closed_at=None, fingerprint__startswith=ABOUT).values_list(
        "fingerprint", flat=True
    ):
        if name not in told:
            close_alert(name, now)
    return len(told)


def _tell(key: ApiKey, now: datetime) -> Alert:
    day = f"{key.expires_at:%B} {key.expires_at.day}"
    over = key.expires_at <= now
    what = f"API key {key.name} ended on {day}" if over else f"API key {key.name} ends on {day}"
    if over:
        advice = "What calls with it is refused. An owner makes a new one under API keys."
    else:
        advice = "An owner rotates it under API keys, and puts the new one in its place before."
    return raise_alert(end_fingerprint(key), "api_key", what, advice, None, now)


def end_fingerprint(key: ApiKey) -> str:
    """One alert per key."""
    return f"{ABOUT}{key.pk}"
