"""The page of a partner order: the preview before, what was sent and its state after."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html

from catalog.admin.links import page_of, short_id
from catalog.models import Approval
from config.adminkit.parts import when
from integrations.types import Address
from orders.admin.asked import last_asked
from orders.admin.partner_order_banners import find_banners
from orders.admin.partner_order_rules import takes_lines
from orders.admin.preview_rows import held_parts, preview_rows
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.shipment_words import shipment_rows
from orders.admin.states import (
    is_moving,
    last_submission,
    next_try,
    status_word,
    submission_word,
)
from orders.admin.timeline import partner_order_timeline
from orders.models import PartnerOrder, Submission
from orders.services.closing import needs_approval
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
        "banners": find_banners(row, rows, submission, is_open, request),
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
        "next_try": next_try(submission) if submission else "",
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
        placed = format_html("{}, placed {}", row.partner, when(row.submitted_at))
        asked = last_asked(row)
        return format_html("{}, asked {}", placed, when(asked)) if asked else placed
    return str(row.partner)


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
