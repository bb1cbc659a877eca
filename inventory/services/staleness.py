"""Numbers nobody confirmed for too long: one alert per connection, which closes itself."""

from datetime import datetime, timedelta

from django.db.models import Min

from catalog.services.own_store import own_store
from integrations.models import Alert, Connection, SyncRun
from integrations.models.connection import StalePolicy, StockAuthority
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.run_requests import request_run
from inventory.services.apply_stock import stale_fingerprint

PREFIX = stale_fingerprint(0).partition(":")[0] + ":"


def tell_stale(now: datetime) -> int:
    """Open the alert of each connection whose numbers got too old, close the others; two queries.

    Where staff chose to publish 0 then, our own store is told so at that moment. Returns how many
    are new.
    """
    stale = {row.pk: row for row in _mirrors() if _is_stale(row, now)}
    open_ones = Alert.objects.filter(fingerprint__startswith=PREFIX, closed_at=None)
    known = set(open_ones.values_list("fingerprint", flat=True))
    new = [row for pk, row in stale.items() if stale_fingerprint(pk) not in known]
    for row in new:
        _tell(row, now)
    for fingerprint in known - {stale_fingerprint(pk) for pk in stale}:
        close_alert(fingerprint, now)
    if any(row.stale_policy == StalePolicy.ZERO for row in new):
        _publish_zero()
    return len(new)


def _mirrors() -> list[Connection]:
    """Connections in use whose stock counts, with `oldest`: the age of their oldest location."""
    rows = Connection.objects.filter(
        stock_authority=StockAuthority.MIRROR,
        partner__archived_at=None,
        partner__isnull=False,
        locations__serves=True,
        locations__archived_at=None,
        locations__as_of__isnull=False,
    ).exclude(status=Connection.Status.ARCHIVED)
    return list(rows.annotate(oldest=Min("locations__as_of")).order_by("pk"))


def _is_stale(row: Connection, now: datetime) -> bool:
    oldest: datetime = row.oldest  # type: ignore[attr-defined]
    return oldest < now - timedelta(hours=row.stale_after_h)


def _tell(row: Connection, now: datetime) -> None:
    zero = row.stale_policy == StalePolicy.ZERO
    effect = "our store shows 0 for them" if zero else "the last numbers are still sold from"
    raise_alert(
        stale_fingerprint(row.pk),
        "stock",
        f"The stock of {row.name} is older than {row.stale_after_h} hours",
        f"No complete answer came since; {effect}. Open the connection, see why, and press Run "
        "now. This closes itself with the next good run.",
        row,
        now,
    )


def _publish_zero() -> None:
    own = own_store()
    if own is not None:
        request_run(own, "publish_stock", trigger=SyncRun.Trigger.SCHEDULE, again=True)
