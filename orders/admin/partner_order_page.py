"""The page of a partner order: the preview before, what was sent and its state after."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from catalog.admin.links import page_of, short_id
from catalog.models import Approval
from config.adminkit.parts import when
from integrations.errors import TooLittleStock
from integrations.models import Alert, Connection
from integrations.services.breaker import why_waiting
from integrations.types import Address
from inventory.models import Location
from orders.admin.order_banners import Banner
from orders.admin.partner_order_rules import takes_lines
from orders.admin.preview_rows import PreviewRow, held_parts, preview_rows
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.shipment_words import shipment_rows
from orders.admin.states import (
    UNSETTLED,
    is_moving,
    last_submission,
    status_word,
    submission_word,
    why_not_working,
)
from orders.admin.timeline import partner_order_timeline
from orders.models import PartnerOrder, Submission
from orders.services.closing import needs_approval, why_not
from orders.services.content import build_content, digest_of, lowered_of, ship_to_address

EARLIER = 4


def fresh_digest(row: PartnerOrder) -> str:
    """Of what the page shows now; a changed order is refused by it."""
    return digest_of(build_content(row).as_json(), ship_to_address(row))


def partner_order_context(row: PartnerOrder, request: HttpRequest) -> dict[str, Any]:
    """Context of admin/orders/partnerorder/summary.html."""
    rows, submission = preview_rows(row), last_submission(row)
    is_open = takes_lines(row)
    return {
        "badges": [status_word(row)],
        "head_note": _head_note(row, is_open),
        "banners": [*_differences(row), *_banners(row, rows, submission, is_open, request)],
        "rows": rows,
        "is_open": is_open,
        "is_moving": is_moving(row),
        "units": sum(one.units for one in rows),
        "added": sum(one.added for one in rows) if row.external_id and is_open else 0,
        "is_added_to": bool(row.external_id) and is_open,
        "told": _told(row),
        "total": sum((one.sum for one in rows), Decimal(0)),
        "held": held_parts(row) if is_open or _is_last(row) else [],
        "may_hold": (is_open or any(one.waiting for one in rows))
        and request.user.has_perm("orders.submit_partnerorder"),
        "submission": submission,
        "needs_approval": submission is not None and needs_approval(submission),
        "sending_word": submission_word(submission) if submission else "",
        "way": _way(row, submission),
        "when_words": _when(row) if is_open else "",
        "closes_words": _closes(row) if is_open else "",
        "address": _address(ship_to_address(row)),
        "their_number": row.external_number or short_id(row.external_id),
        "their_url": remote_order_url(row.connection, row.external_id),
        "partner_url": page_of(row.partner, request),
        "shipments": shipment_rows(
            list(row.shipments.select_related("partner_order__partner").order_by("pk"))
        ),
        "earlier": _earlier(row),
        "events": partner_order_timeline(row),
    }


def _is_last(row: PartnerOrder) -> bool:
    """Whether no other order of the partner is there to show what is held back."""
    if row.order_id is not None:
        return True
    later = PartnerOrder.objects.filter(partner=row.partner_id, order=None, pk__gt=row.pk)
    return not later.exists()


def _head_note(row: PartnerOrder, is_open: bool) -> str:
    if is_open and row.closes_at:
        placed = f"placed as {row.external_number or short_id(row.external_id)}, "
        return format_html(
            "{}, {}takes lines until {} ({})",
            row.partner,
            placed if row.external_id else "",
            when(row.closes_at, exact=True),
            when(row.closes_at),
        )
    if row.submitted_at:
        return format_html("{}, placed {}", row.partner, when(row.submitted_at))
    return str(row.partner)


# --- what keeps it, and what to look at


def _banners(
    row: PartnerOrder,
    rows: list[PreviewRow],
    submission: Submission | None,
    is_open: bool,
    request: HttpRequest,
) -> list[Banner]:
    if submission is not None and submission.status in UNSETTLED:
        waiting = [*_paused(row, request), *_silence(row, request)]
        return [*_of_submission(row, submission), *waiting]
    if not is_open:
        return []
    if row.external_id and not any(one.added for one in rows):
        return [_nothing_new(row)]
    return [*_obstacles(row, request), *_silence(row, request), *_warnings(rows)]


def _nothing_new(row: PartnerOrder) -> Banner:
    number = row.external_number or short_id(row.external_id)
    text = f"Lines of new orders are added to their order {number} until the cut-off."
    return Banner("mute", f"{row.partner} has everything in it.", text)


def _obstacles(row: PartnerOrder, request: HttpRequest) -> list[Banner]:
    found = []
    for sentence in why_not(row):
        tone = "mute" if sentence.startswith("No line") else "warn"
        links = [(label, url) for label, url in [_fix(sentence, row, request)] if url]
        found.append(Banner(tone, "It cannot be sent yet.", sentence, [], links))
    return found


def _fix(sentence: str, row: PartnerOrder, request: HttpRequest) -> tuple[str, str]:
    """Where the cause of a sentence of `why_not` is corrected."""
    if "terms" in sentence:
        return "Open terms", page_of(row.partner, request)
    if "fulfillment center" in sentence:
        center = Location.objects.filter(connection=None).first()
        return "Fill in the address", page_of(center, request)
    if "customer has no address" in sentence:
        return f"Open {row.order}", page_of(row.order, request)
    if row.connection is not None and "line" not in sentence:
        return "Open connection", page_of(row.connection, request)
    return "", ""


def _warnings(rows: list[PreviewRow]) -> list[Banner]:
    notes = [row.warning for row in rows if row.warning]
    if not notes:
        return []
    count = len(notes)
    title = f"{count} thing{'s' if count > 1 else ''} to look at before this goes out."
    return [Banner("warn", title, " ".join(notes))]


def _of_submission(row: PartnerOrder, submission: Submission) -> list[Banner]:
    word = status_word(row)
    if word == "To approve":
        text = "Its lines are fixed. Look at them, then approve and send it."
        return [Banner("warn", "It waits for your approval.", text)]
    if word == "Failed":
        return [Banner("bad", *_failed(row, submission))]
    if word == "Unconfirmed":
        return [_unconfirmed(row, submission)]
    if word == "Retrying":
        return [Banner("warn", "The last try did not work.", f"{submission.error} We try again.")]
    return []


def _failed(row: PartnerOrder, submission: Submission) -> tuple[str, str]:
    """Title and text: what was refused, and what can be done."""
    drop = {
        Submission.Kind.APPEND: "or drop it: this order closes, its new lines go with the next.",
        Submission.Kind.CANCEL: "or drop it: the order stays with them.",
    }.get(Submission.Kind(submission.kind), "or drop it, and its lines wait to be routed.")
    what = {
        Submission.Kind.APPEND: "did not take the new lines",
        Submission.Kind.CANCEL: "did not cancel it",
    }.get(Submission.Kind(submission.kind), f"did not take {submission}")
    fix = "Correct the cause"
    if submission.error_kind == TooLittleStock.kind:
        fix = "Hold the lines they have too few of (Hold, at the line)"
    advice = f"{submission.error} {fix}, then retry; {drop}"
    return f"{row.partner} {what}.", advice


def _unconfirmed(row: PartnerOrder, submission: Submission) -> Banner:
    title = f"Their answer did not arrive: {row.partner} may have it or not."
    if submission.retry_at:
        later = submission.retry_at > timezone.now()
        text = format_html(
            "We ask them for {} {}. Nothing is sent again before.",
            submission.reference,
            when(submission.retry_at) if later else "now",
        )
    else:
        text = format_html(
            "Their system cannot be asked. Look there for {}: link it, send it again, or drop it.",
            submission.reference,
        )
    return Banner("warn", title, text)


def _silence(row: PartnerOrder, request: HttpRequest) -> list[Banner]:
    """Their system does not answer, or asked us to slow down."""
    connection = row.connection
    if connection is None or connection.status != Connection.Status.ACTIVE:
        return []
    if not (sentence := why_waiting(connection, timezone.now())):
        return []
    text = "It goes on by itself once the connection works."
    return [Banner("warn", sentence, text, [], [("Open connection", page_of(connection, request))])]


def _paused(row: PartnerOrder, request: HttpRequest) -> list[Banner]:
    connection = row.connection
    if connection is None or connection.status == Connection.Status.ACTIVE:
        return []
    if status_word(row) != "Waiting":
        return []
    text = f"{why_not_working(connection)} The order goes out by itself once the connection works."
    links = [("Open connection", page_of(connection, request))]
    return [Banner("warn", f"{connection} does not work now.", text, [], links)]


# --- how it is sent


def _way(row: PartnerOrder, submission: Submission | None) -> str:
    if row.external_id and (row.order_id is None or row.submissions.count() > 1):
        return f"Added to their order {row.external_number or short_id(row.external_id)}"
    kind = "A new order" if row.order_id is None else f"An order for {row.order} alone"
    return f"{kind} in {system_name(row.connection) or 'no system'}"


def _when(row: PartnerOrder) -> str:
    approval = row.partner.approval
    then = {
        Approval.ALWAYS: ", then it waits for your approval",
        Approval.OVER_LIMIT: ", over the limit it waits for your approval",
    }.get(Approval(approval), "")
    if row.due_at is None:
        return f"As soon as it may go{then}"
    return format_html("{} ({}){}", when(row.due_at, exact=True), when(row.due_at), then)


def _closes(row: PartnerOrder) -> str:
    """The cut-off, where it is not simply the next run."""
    if row.closes_at is None or row.closes_at == row.due_at:
        return ""
    return format_html("{} ({})", when(row.closes_at, exact=True), when(row.closes_at))


def _told(row: PartnerOrder) -> list[dict[str, Any]]:
    """Everything that was said about it, once it is more than one thing."""
    said = list(row.submissions.all())
    if len(said) < 2:
        return []
    return [
        {"one": one, "what": _what(one), "state": submission_word(one)} for one in reversed(said)
    ]


def _what(submission: Submission) -> str:
    return "Send less" if lowered_of(submission) else submission.get_kind_display()


def _differences(row: PartnerOrder) -> list[Banner]:
    """Alerts that are open about what the partner has: somebody changed it there."""
    kind = ContentType.objects.get_for_model(PartnerOrder)
    open_ones = Alert.objects.filter(content_type=kind, object_id=row.pk, closed_at=None)
    found = []
    for alert in open_ones.filter(fingerprint__startswith="difference:"):
        after = PartnerOrder.objects.filter(partner=row.partner, order=None, pk__gt=row.pk).first()
        links = [("Open the alert", page_of(alert))]
        links += [(f"Open {after}, the next order", page_of(after))] if after else []
        found.append(Banner("warn", f"{alert.title}.", alert.advice, [], links))
    return found


def _address(address: Address | None) -> list[str]:
    if address is None:
        return []
    fields = asdict(address)
    place = " ".join(filter(None, [fields["city"], fields["state"], fields["zip"]]))
    lines = [fields["name"], fields["company"], fields["street1"], fields["street2"], place]
    return [line for line in [*lines, fields["country"]] if line]


def _earlier(row: PartnerOrder) -> list[dict[str, Any]]:
    rows = PartnerOrder.objects.filter(partner=row.partner, pk__lt=row.pk).order_by("-pk")
    rows = rows.select_related("partner", "connection").prefetch_related("submissions")[:EARLIER]
    return [{"row": one, "url": page_of(one), "state": status_word(one)} for one in rows]
