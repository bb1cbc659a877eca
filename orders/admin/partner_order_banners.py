"""What keeps a partner order, and what to look at: above its page, the worst first."""

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.html import format_html

from catalog.admin.links import page_of, short_id
from config.adminkit.parts import when
from integrations.models import Alert
from inventory.models import Location
from orders.admin.banner import Banner
from orders.admin.delivery_buttons import open_delivery
from orders.admin.order_banners import waiting_banner
from orders.admin.preview_rows import PreviewRow
from orders.admin.states import UNSETTLED, may_be_called, next_try, status_word
from orders.models import PartnerOrder, Submission
from orders.services.closing import why_not
from orders.services.refusals import explain_refusal
from orders.services.short_shipped import fingerprint


def find_banners(
    row: PartnerOrder,
    rows: list[PreviewRow],
    submission: Submission | None,
    is_open: bool,
    request: HttpRequest,
) -> list[Banner]:
    """What changed there; then the outcome of what was sent, or what keeps it from going out."""
    state = _of_state(row, rows, submission, is_open, request)
    return [*_differences(row), *state, *_to_deliver(row)]


def _to_deliver(row: PartnerOrder) -> list[Banner]:
    """Somebody brings it to the customer: who, or that nobody is booked yet."""
    delivery = open_delivery(row)
    if delivery is None:
        return []
    if delivery.booked_for is None:
        text = "Agree with whoever drives, then enter it here."
        return [Banner("warn", "It is packed: book its delivery.", text, [("book", row)])]
    said = [delivery.courier, delivery.reference, delivery.note]
    text = format_html("{}. {}", when(delivery.booked_for), ", ".join(filter(None, said)))
    return [Banner("mute", "Its delivery is booked.", text, [("delivered", row)])]


def _of_state(
    row: PartnerOrder,
    rows: list[PreviewRow],
    submission: Submission | None,
    is_open: bool,
    request: HttpRequest,
) -> list[Banner]:
    if submission is not None and submission.status in UNSETTLED:
        return [*_of_submission(row, submission), *_waiting(row, request)]
    if not is_open:
        return []
    if row.external_id and not any(one.added for one in rows):
        return [_nothing_new(row)]
    return [*_obstacles(row, request), *_waiting(row, request), *_warnings(rows)]


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
        refusal = explain_refusal(submission)
        orders = {line.order_line.order for line in row.lines.all() if line.canceled_at is None}
        links = [(f"Open {one}", page_of(one)) for one in orders] if len(orders) == 1 else []
        return [Banner("bad", f"{refusal.title}.", refusal.text, [], links)]
    if word == "Unconfirmed":
        return [_unconfirmed(row, submission)]
    if word == "Retrying":
        return [Banner("warn", "The last try did not work.", f"{submission.error} We try again.")]
    return []


def _unconfirmed(row: PartnerOrder, submission: Submission) -> Banner:
    title = f"Their answer did not arrive: {row.partner} may have it or not."
    if submission.retry_at:
        text = format_html(
            "We ask them for {} {}. Nothing is sent again before.",
            submission.reference,
            next_try(submission),
        )
    else:
        text = format_html(
            "Their system cannot be asked. Look there for {}, then press It exists, link it; or "
            "Send again; or Give up.",
            submission.reference,
        )
    return Banner("warn", title, text)


def _differences(row: PartnerOrder) -> list[Banner]:
    """Alerts that are open about what the partner has: changed there, or not all of it sent."""
    kind = ContentType.objects.get_for_model(PartnerOrder)
    open_ones = Alert.objects.filter(content_type=kind, object_id=row.pk, closed_at=None)
    found = []
    if missing := open_ones.filter(fingerprint=fingerprint(row)).first():
        found.append(Banner("warn", f"{missing.title}.", missing.advice))
    for alert in open_ones.filter(fingerprint__startswith="difference:"):
        after = PartnerOrder.objects.filter(partner=row.partner, order=None, pk__gt=row.pk).first()
        links = [("Open the alert", page_of(alert))]
        links += [(f"Open {after}, the next order", page_of(after))] if after else []
        found.append(Banner("warn", f"{alert.title}.", alert.advice, [], links))
    return found


def _waiting(row: PartnerOrder, request: HttpRequest) -> list[Banner]:
    """Their system cannot be called, so that it waits for nothing else."""
    connection = row.connection
    if connection is None or may_be_called(connection):
        return []
    if status_word(row) in ("To approve", "Failed"):
        return []
    return [waiting_banner(connection, page_of(connection, request))]
