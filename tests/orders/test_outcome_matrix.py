"""Whatever becomes of the answer to an order, the system it went to has it exactly once.

Every way an answer can be lost, at every system that takes orders; judged by the sandbox.
"""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Listing
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import FindsOrders, PushesOrders
from integrations.sandbox.config import Config
from integrations.sandbox.server import serve
from integrations.services.connections import provider_for
from inventory.models import Location, StockLevel
from orders.models import OrderEvent, PartnerOrder, Submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from orders.services.confirming import confirm
from orders.services.order_values import order_to_place
from orders.services.submission import submit
from tests.orders.builders import channel_line, channel_order, make_own_store, make_variant
from tests.orders.matrix.places import PLACES, SKU, UNITS, Place, Sandbox

LOST = {
    "time-out before effect": ("timeout_before", {"hold_seconds": 1.5}),
    "time-out after effect": ("timeout_after", {"hold_seconds": 1.5}),
    "reset after effect": ("reset_after", {}),
    "500 after effect": ("500_after", {}),
    "200 with a broken body": ("bad_json", {}),
}
MOST_STEPS = 6
Status = Submission.Status

pytestmark = pytest.mark.django_db
each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.slug)


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    server = serve(Config(port=0, smtp_port=None, seed=False))
    url = f"http://127.0.0.1:{server.port}"
    settings.SANDBOX_URL, settings.ALLOW_PRIVATE_HOSTS = url, True
    settings.HTTP_READ_TIMEOUT_S = 0.6
    yield Sandbox(url)
    server.close()


def test_every_system_that_takes_orders_stands_in_the_matrix() -> None:
    kinds = registry.providers().items()
    takers = {slug for slug, cls in kinds if issubclass(cls, PushesOrders)}
    assert takers == {place.slug for place in PLACES}
    assert all(issubclass(cls, FindsOrders) for slug, cls in kinds if slug in takers)


@pytest.fixture
def pending(place: Place, sandbox: Sandbox, settings: Any) -> Submission:
    """An order of two mugs, about to be placed there."""
    partner, external_id = place.connect(place, sandbox)
    own_store, variant = make_own_store(), make_variant(SKU)
    home = Location.objects.create(connection=partner.connection, external_id="all", name="All")
    StockLevel.objects.create(location=home, variant=variant, available=90, as_of=timezone.now())
    Listing.objects.create(
        connection=partner.connection,
        external_id=external_id,
        external_product_id=external_id,
        sku=SKU,
        title="Mug",
        cost="8.50",
        currency="USD",
        variant=variant,
        seen_at=timezone.now(),
    )
    capture_order(own_store, channel_order([channel_line(SKU, UNITS)]))
    return close_and_submit(PartnerOrder.objects.get(partner=partner))


def until_settled(submission: Submission) -> Submission:
    """What the workers do, without their waiting: submit, then look until it is known."""
    for _ in range(MOST_STEPS):
        row = Submission.objects.get(pk=submission.pk)
        if row.status not in (Status.PENDING, Status.UNCONFIRMED):
            return row
        Submission.objects.filter(pk=row.pk).update(retry_at=timezone.now())
        Connection.objects.update(failed_calls=0, opened=0, paused_until=None)
        row.refresh_from_db()
        submit(row, sleep=lambda seconds: None)
        confirm(row, timezone.now())
    return Submission.objects.get(pk=submission.pk)


def check_it_is_there_once(place: Place, sandbox: Sandbox, row: Submission) -> None:
    assert row.status == Status.SUBMITTED
    assert place.references(place, sandbox) == [row.reference]
    placed = PartnerOrder.objects.get(pk=row.partner_order_id)
    assert placed.status == "submitted"
    found = provider_for(placed.connection).find_order(row.reference)  # type: ignore
    assert found.external_id == placed.external_id
    assert [(line.sku, line.quantity) for line in found.lines] == [(SKU, UNITS)]


@each_place
@pytest.mark.parametrize("way", LOST)
def test_an_answer_that_is_lost_leaves_one_order(
    place: Place, way: str, pending: Submission, sandbox: Sandbox
) -> None:
    mode, more = LOST[way]
    sandbox.post(
        "dials", shop=place.account.lower(), operation=place.create, mode=mode, times=1, **more
    )
    settled = until_settled(pending)
    (dial,) = sandbox.get("dials")["dials"]
    assert dial["fired"] == 1
    assert OrderEvent.objects.filter(kind="unconfirmed").exists()
    check_it_is_there_once(place, sandbox, settled)


@each_place
def test_a_connection_that_is_refused_leaves_one_order(
    place: Place, pending: Submission, sandbox: Sandbox, settings: Any
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.SANDBOX_URL = f"http://127.0.0.1:{closed.getsockname()[1]}"
        submit(Submission.objects.get(pk=pending.pk), sleep=lambda seconds: None)
    assert Submission.objects.get(pk=pending.pk).status == Status.PENDING
    assert place.references(place, sandbox) == []
    settings.SANDBOX_URL = sandbox.url
    check_it_is_there_once(place, sandbox, until_settled(pending))


@pytest.mark.parametrize(
    "place", [one for one in PLACES if one.refuses_twice], ids=lambda place: place.slug
)
def test_a_refusal_because_it_is_there_already_links_that_one(
    place: Place, pending: Submission, sandbox: Sandbox
) -> None:
    """Our rows know nothing of the first time: a restored copy, or a worker that died."""
    connection = pending.partner_order.connection
    assert connection is not None
    provider_for(connection).push_order(order_to_place(pending))  # type: ignore[attr-defined]
    settled = until_settled(pending)
    assert OrderEvent.objects.filter(kind="unconfirmed").exists()
    check_it_is_there_once(place, sandbox, settled)
