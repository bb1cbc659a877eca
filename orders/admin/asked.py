"""How old what we know of a placed order is."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.parts import badge, when
from orders.models import PartnerOrder
from orders.services.polling import UNFINISHED


def last_asked(row: PartnerOrder) -> datetime | None:
    """When its system was last asked how far it is, or for its parcels."""
    known = [at for at in (row.polled_at, row.parcels_asked_at) if at is not None]
    return max(known, default=None)


def asked_at(row: PartnerOrder) -> SafeString:
    """The age, marked where it is older than the connection allows."""
    if row.status not in UNFINISHED or not row.external_id:
        return SafeString("")
    at = last_asked(row)
    if at is None:
        return format_html("{}", "not asked yet")
    hours = row.connection.stale_after_h if row.connection else 24
    is_old = at < timezone.now() - timedelta(hours=hours)
    said = format_html("asked {}", when(at))
    return format_html("{} {}", said, badge("Stale")) if is_old else said
