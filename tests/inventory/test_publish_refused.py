"""What our own store refuses is said, and keeps no other published number too high."""

from collections.abc import Sequence

from catalog.models import Listing, Partner
from integrations.errors import Rejected
from integrations.models import Connection
from integrations.types import StockAnswer, StockToPublish
from inventory.models import Location
from inventory.services import publish_stock as publishing
from tests.catalog.builders import OwnShop, counts_of, make_run, messages_of, notes_of
from tests.inventory.builders import SKU, list_in, make_level, make_location, many_imported
from tests.inventory.publishing import publish, published


def test_a_chunk_the_store_refuses_does_not_keep_the_next_ones_too_high(
    own, own_shop, partner, monkeypatch
):
    monkeypatch.setattr(publishing, "CHUNK", 1)
    place = make_location(partner.connection)
    for variant in many_imported(partner, 2):
        make_level(place, variant, 0)
        listing = list_in(own, variant)
        Listing.objects.filter(pk=listing.pk).update(published_quantity=9)
        own_shop.shown[listing.external_item_id] = 9
    first, second = own_shop.shown
    real = type(own_shop).publish_stock

    def publish_stock(self, items, *rest):
        if items[0].item_id == first:
            raise Rejected("The store refused the call (HTTP 422).")
        return real(self, items, *rest)

    monkeypatch.setattr(type(own_shop), "publish_stock", publish_stock)
    run = make_run(own, "publish_stock", own_shop)
    publishing.publish_stock(run)

    assert (own_shop.shown[first], own_shop.shown[second]) == (9, 0)
    assert (run.record.failed, run.record.updated) == (1, 1)


def test_a_refused_call_is_counted_and_claims_nothing(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.answers = [Rejected("No location.")]
    run = publish(own, own_shop)
    assert published(listing) is None
    assert counts_of(run) == {"processed": 1, "failed": 1}
    assert messages_of(run) == ["No location."]


def test_one_refused_item_does_not_stop_the_others(
    own: Connection, own_shop: OwnShop, listing: Listing, partner: Partner
) -> None:
    (second,) = many_imported(partner, 1)
    make_level(Location.objects.get(connection=partner.connection), second, 3)
    list_in(own, second)
    own_shop.shown[f"I/{second.sku}"] = 0

    def refuse_first(shop: OwnShop, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        return [StockAnswer(items[0].item_id, False, "It is a bundle."), shop._set(items[1])]

    own_shop.answers = [refuse_first]
    run = publish(own, own_shop)
    assert counts_of(run) == {"processed": 2, "updated": 1, "failed": 1}
    assert (SKU, "", "", "", "rejected") in notes_of(run)
    assert "It is a bundle." in messages_of(run)
    assert published(listing) is None
    assert Listing.objects.get(connection=own, variant=second).published_quantity == 3


def test_an_item_our_store_does_not_know_is_said(
    own: Connection, own_shop: OwnShop, listing: Listing
) -> None:
    own_shop.shown = {}
    run = publish(own, own_shop)
    assert counts_of(run) == {"processed": 1, "failed": 1}
    assert messages_of(run) == ["Our store does not know this item."]
    assert own_shop.sets == []
