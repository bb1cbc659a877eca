"""Our own store is set to what we may sell, and to nothing else."""

import uuid
from collections.abc import Callable, Sequence

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Listing, Partner
from integrations.errors import Retryable, Unconfirmed
from integrations.models import Alert, Connection
from integrations.types import StockAnswer, StockToPublish
from inventory.models import Reservation, StockLevel
from inventory.services.publish_stock import publish_stock
from tests.catalog.builders import NOW, OwnShop, counts_of, make_run, messages_of, notes_of
from tests.inventory.builders import SKU, make_location, many_imported
from tests.inventory.publishing import publish, published

Answer = Callable[[OwnShop, Sequence[StockToPublish]], list[StockAnswer]]


def test_our_store_is_set_to_what_we_may_sell(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    run = publish(own, own_shop)
    assert own_shop.sets == [[StockToPublish(f"I/{SKU}", 12, change_from=0)]]
    assert own_shop.shown == {f"I/{SKU}": 12}
    assert published(listing) == 12
    assert listing.published_at
    assert counts_of(run) == {"processed": 1, "updated": 1}
    assert notes_of(run) == [(SKU, "published", "0", "12", "applied")]


def test_what_did_not_change_is_not_even_read(
    own: Connection, own_shop: OwnShop, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(own, own_shop)
    monkeypatch.setattr(OwnShop, "read_stock", None)
    run = publish(own, own_shop)
    assert counts_of(run) == {"processed": 1, "unchanged": 1}
    assert len(own_shop.sets) == 1


def test_a_number_our_store_shows_already_is_not_written(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.shown = {f"I/{SKU}": 12}
    assert counts_of(publish(own, own_shop)) == {"processed": 1, "unchanged": 1}
    assert own_shop.sets == []
    assert published(listing) == 12


def test_a_sale_our_store_counted_itself_is_not_undone(
    own: Connection, own_shop: OwnShop, listing: Listing, partner: Partner
) -> None:
    publish(own, own_shop)
    own_shop.shown = {f"I/{SKU}": 9}
    Reservation.objects.create(
        key="line:1", variant=listing.variant, connection=partner.connection, quantity=3
    )
    publish(own, own_shop)
    assert len(own_shop.sets) == 1
    assert own_shop.shown == {f"I/{SKU}": 9}
    assert published(listing) == 9


def test_a_number_that_moved_meanwhile_is_read_again(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    def sold_one(shop: OwnShop, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        shop.shown[items[0].item_id] = 5
        return [shop._set(items[0])]

    own_shop.answers = [sold_one]
    run = publish(own, own_shop)
    assert [items[0].change_from for items in own_shop.sets] == [0, 5]
    assert published(listing) == 12
    assert counts_of(run) == {"processed": 1, "updated": 1}


def test_what_moved_is_computed_again_too(
    own: Connection, own_shop: OwnShop, listing: Listing, partner: Partner
) -> None:
    def sold_two(shop: OwnShop, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        Reservation.objects.create(
            key="line:1", variant=listing.variant, connection=partner.connection, quantity=2
        )
        shop.shown[items[0].item_id] = 1
        return [shop._set(items[0])]

    own_shop.answers = [sold_two]
    publish(own, own_shop)
    assert own_shop.shown == {f"I/{SKU}": 10}
    assert published(listing) == 10


def test_after_three_tries_it_is_left_for_the_next_run(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    def always_moving(shop: OwnShop, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        shop.shown[items[0].item_id] += 1
        return [shop._set(items[0])]

    own_shop.answers = [always_moving] * 4
    run = publish(own, own_shop)
    assert len(own_shop.sets) == 3
    assert published(listing) is None
    assert counts_of(run) == {"processed": 1, "skipped": 1}
    assert messages_of(run) == [
        "Its number in our store kept changing while it was being set. The next run tries again."
    ]
    alert = Alert.objects.get(closed_at=None)
    assert alert.title == "Our Store: the stock of 1 SKUs could not be set"
    own_shop.answers = []
    publish(own, own_shop)
    assert not Alert.objects.filter(closed_at=None).exists()


def test_each_try_has_its_own_key_made_from_the_run(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.answers = [Unconfirmed("No answer came.")]
    run = publish(own, own_shop)
    namespace = uuid.UUID("6f1b7a52-6a0d-4d54-9a0c-3f4f6a8f2f60")
    assert own_shop.keys == [str(uuid.uuid5(namespace, f"{run.record.pk}:0:{n}")) for n in (0, 1)]


def test_a_lost_answer_that_took_effect_is_found_by_reading(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    def lost(shop: OwnShop, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        shop._set(items[0])
        raise Unconfirmed("No answer came.")

    own_shop.answers = [lost]
    publish(own, own_shop)
    assert len(own_shop.sets) == 1
    assert published(listing) == 12


def test_answers_lost_every_time_are_said(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.answers = [Unconfirmed("No answer came.")] * 3
    run = publish(own, own_shop)
    assert published(listing) is None
    assert messages_of(run) == ["No answer came. The next run tries again."]


def test_a_busy_store_ends_the_run_and_claims_nothing(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.answers = [Retryable("Busy.", 5)]
    with pytest.raises(Retryable):
        publish(own, own_shop)
    assert published(listing) is None


def test_a_full_run_sets_right_what_somebody_changed_in_our_store(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    publish(own, own_shop)
    own_shop.shown = {f"I/{SKU}": 99}
    publish(own, own_shop)
    assert own_shop.shown == {f"I/{SKU}": 99}
    run = publish(own, own_shop, full=True)
    assert own_shop.shown == {f"I/{SKU}": 12}
    assert counts_of(run) == {"processed": 1, "updated": 1}


def test_a_dry_run_sets_nothing(own: Connection, own_shop: OwnShop, listing: Listing) -> None:
    run = publish(own, own_shop, dry_run=True)
    assert own_shop.sets == []
    assert published(listing) is None
    assert notes_of(run) == [(SKU, "published", "0", "12", "skipped")]


def test_600_items_take_three_calls_and_few_queries(
    own: Connection, own_shop: OwnShop, partner: Partner
) -> None:
    variants = many_imported(partner, 600)
    place = make_location(partner.connection)
    StockLevel.objects.bulk_create(
        StockLevel(location=place, variant=v, available=5, as_of=NOW) for v in variants
    )
    Listing.objects.bulk_create(
        Listing(
            connection=own, external_id=f"own-{v.pk}", external_product_id="P",
            external_item_id=f"I/{v.sku}", sku=v.sku, title="Many", currency="USD", variant=v,
            seen_at=NOW,
        )
        for v in variants
    )  # fmt: skip
    own_shop.shown = {f"I/{v.sku}": 0 for v in variants}
    run = make_run(own, "publish_stock", own_shop)
    with CaptureQueriesContext(database) as queries:
        publish_stock(run)
    assert [len(items) for items in own_shop.sets] == [250, 250, 100]
    assert counts_of(run) == {"processed": 600, "updated": 600}
    assert len(queries) <= 60
    assert set(own_shop.shown.values()) == {5}


def test_5_then_4_then_5_within_a_day_are_all_published_each_with_its_own_key(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    """A key made from the value would take the second 5 for a repeat of the first."""
    told = []
    for units in (5, 4, 5):
        StockLevel.objects.update(available=units)
        publish(own, own_shop)
        told.append((own_shop.shown[f"I/{SKU}"], published(listing)))
    assert told == [(5, 5), (4, 4), (5, 5)]
    assert [one.quantity for (one,) in own_shop.sets] == [5, 4, 5]
    assert len(set(own_shop.keys)) == 3


def test_a_correction_of_somebody_elses_number_is_written_again(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    publish(own, own_shop)
    own_shop.shown[f"I/{SKU}"] = 3
    publish(own, own_shop, full=True)
    assert [(one.change_from, one.quantity) for (one,) in own_shop.sets] == [(0, 12), (3, 12)]
    assert len(set(own_shop.keys)) == 2
