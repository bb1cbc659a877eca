"""The one call of a submission, by its kind; what is asked before it, and what is promised."""

from collections.abc import Callable

from integrations.errors import BadResponse, Rejected, Unconfirmed
from integrations.providers.base import (
    AppendsToOrders,
    CancelsOrders,
    FindsOrders,
    Provider,
    PushesOrders,
    UpdatesOrders,
)
from integrations.types import OrderChange, PlacedOrder
from orders.models import PartnerOrder, Submission
from orders.services.content import (
    digest_of,
    lines_there,
    ship_to_address,
)
from orders.services.differing import differs
from orders.services.order_values import order_to_place, wanted_lines
from orders.services.restoring import look_first, must_look_first

Kind = Submission.Kind
# Commits that the call is about to be made; raises where the lease does not suffice for it.
Commit = Callable[[], None]


class NotAsLeft(Exception):
    """The partner's order takes no more lines, or is not as we left it; a sentence says why.

    `changed` is what differs, where somebody edited it there.
    """

    def __init__(self, sentence: str, changed: str = "") -> None:
        super().__init__(sentence)
        self.changed = changed


class CanceledThere(Exception):
    """The partner canceled the order meanwhile."""


def place(submission: Submission, provider: Provider, commit: Commit) -> PlacedOrder:
    """Make the call. Raises ProviderError, NotAsLeft, CanceledThere and what `commit` raises."""
    calls = {
        Kind.CREATE: _create,
        Kind.APPEND: _append,
        Kind.UPDATE: _update,
        Kind.CANCEL: _cancel,
    }
    return calls[Kind(submission.kind)](submission, provider, commit)


def _create(submission: Submission, provider: Provider, commit: Commit) -> PlacedOrder:
    address = ship_to_address(submission.partner_order)
    if digest_of(submission.content, address) != submission.digest:
        raise Rejected("Where it goes to changed after it was approved. Look at it and retry.")
    if not isinstance(provider, PushesOrders):
        raise Rejected(f"No orders can be placed with {submission.partner_order.connection}.")
    if must_look_first(submission):
        account = submission.partner_order.connection.account  # type: ignore[union-attr]
        look_first(submission, provider, account)
    commit()
    placed = provider.push_order(order_to_place(submission))
    try:
        check_ours(submission.partner_order, submission.reference, placed)
    except BadResponse as exc:  # something was made there; only a look-up tells what
        raise Unconfirmed(str(exc)) from None
    return placed


def _append(submission: Submission, provider: Provider, commit: Commit) -> PlacedOrder:
    row = submission.partner_order
    if not (isinstance(provider, AppendsToOrders) and isinstance(provider, FindsOrders)):
        raise NotAsLeft(f"{row.connection} takes no lines into an order it has.")
    check_as_left(row, look_up(row, provider))
    commit()
    try:
        return provider.append_lines(
            row.external_id, wanted_lines(submission), submission.reference
        )
    except Rejected as exc:
        raise NotAsLeft(f"{row.partner} takes no more lines into it: {exc}") from None


def look_up(row: PartnerOrder, provider: FindsOrders) -> PlacedOrder:
    """The order as the partner has it now. Raises ProviderError; Rejected where it is gone."""
    found = provider.find_order(row.reference)
    if found is None:
        raise Rejected(f"{row.partner} does not have {row.reference} any more.")
    check_ours(row, row.reference, found)
    return found


def check_ours(row: PartnerOrder, reference: str, found: PlacedOrder) -> None:
    """A look-up that answers with somebody else's order says nothing. Raises BadResponse."""
    account = row.connection.account if row.connection else ""
    if (found.reference, found.account) != (reference, account):
        raise BadResponse(f"{row.partner} answered with another order than {reference}.")


def check_as_left(row: PartnerOrder, found: PlacedOrder) -> None:
    """Raises NotAsLeft or CanceledThere unless lines may be added to what is there."""
    if found.status == "canceled":
        raise CanceledThere(f"{row.partner} canceled {row.reference}.")
    if not found.is_open:
        raise NotAsLeft(f"{row.partner} began work on {row.reference} or closed it.")
    if changed := differs(lines_there(row), found.lines):
        raise NotAsLeft(f"{row.partner} changed {row.reference}.", changed)


def _cancel(submission: Submission, provider: Provider, commit: Commit) -> PlacedOrder:
    row = submission.partner_order
    if not isinstance(provider, CancelsOrders):
        raise Rejected(f"{row.connection} takes no cancellations. Ask the partner, and note it.")
    commit()
    answer = provider.cancel_order(row.external_id, submission.content.get("reason", ""))
    if answer.status != "canceled":
        raise Unconfirmed(f"{row.partner} took the cancellation; it is not done there yet.")
    return answer


def _update(submission: Submission, provider: Provider, commit: Commit) -> PlacedOrder:
    """The address as a person saw it; it is set, so saying it twice does no harm."""
    row = submission.partner_order
    if not isinstance(provider, UpdatesOrders):
        raise Rejected(f"{row.connection} takes no changes. Tell the partner, and note it.")
    address = ship_to_address(row)
    if address is None or digest_of(submission.content, address) != submission.digest:
        raise Rejected("Where it goes to changed again. Look at it and retry.")
    commit()
    return provider.update_order(row.external_id, OrderChange(ship_to=address))
