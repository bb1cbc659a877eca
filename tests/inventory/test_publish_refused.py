"""A refused part of the list must not keep the rest of our published numbers too high."""

from catalog.models import Listing
from integrations.errors import Rejected
from inventory.services import publish_stock as publishing
from tests.catalog.builders import make_run
from tests.inventory.builders import make_level, make_location, many_imported
from tests.inventory.test_publish_stock import list_in


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
