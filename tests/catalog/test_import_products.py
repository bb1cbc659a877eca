from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied

from catalog.models import Listing, Partner, Product, Variant
from catalog.services.import_products import (
    CannotImport,
    import_products,
    preview_import,
    publish_products,
)
from integrations.errors import NotAuthorized, Rejected, Retryable, Unconfirmed
from integrations.models import Connection, ExternalRef, SyncRun
from integrations.services.runs import Run
from integrations.types import NewVariant
from tests.catalog.builders import (
    OwnShop,
    counts_of,
    make_listing,
    make_run,
    messages_of,
    notes_of,
)


@pytest.fixture
def listings(partner: Partner) -> list[Listing]:
    """One product with two sizes, and one without."""
    sizes = [("A", "250 g"), ("B", "1 kg")]
    made = [
        make_listing(
            partner, number, sku=f"HB-{sku}", sku_key=f"hb-{sku}".lower(), title="House blend",
            external_product_id="P1", variant_title=size, image_url="https://cdn.example/a.png",
            attributes={"handle": "house", "options": [["Size", size]], "vendor": "Roast"},
        )
        for number, (sku, size) in enumerate(sizes, start=1)
    ]  # fmt: skip
    return [*made, make_listing(partner, 3, sku="MUG", sku_key="mug", title="Mug")]


def publish(own: Connection, shop: OwnShop, partner: Partner, rows: list[Listing], **o: Any) -> Run:
    """The run `import_products` asks for, executed."""
    params = {
        "partner": partner.pk,
        "listing_ids": [row.pk for row in rows],
        "markup": "0.25",
        "rounding": "none",
        "prices": {},
    }
    run = make_run(own, "publish_products", shop, **(params | o))
    publish_products(run)
    return run


def test_products_are_made_in_our_store_with_our_prices(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "created": 3}
    house = own_shop.products["bluedoor-house"]
    assert (house.title, house.currency, house.vendor) == ("House blend", "USD", "Roast")
    assert house.image_url == "https://cdn.example/a.png"
    assert house.variants == (
        NewVariant(
            "PARTNER-bluedoor-HB-A", Decimal("12.50"), Decimal("10.00"), "", (("Size", "250 g"),)
        ),
        NewVariant(
            "PARTNER-bluedoor-HB-B", Decimal("12.50"), Decimal("10.00"), "", (("Size", "1 kg"),)
        ),
    )
    assert set(own_shop.products) == {"bluedoor-house", "bluedoor-product-3"}


def test_both_sides_are_linked_to_the_variant(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    variant = Variant.objects.get(sku="PARTNER-bluedoor-HB-A")
    theirs = variant.listings.get(connection=partner.connection)
    ours = variant.listings.get(connection=own)
    assert theirs.external_id == "bluedoor-V1"
    assert (ours.external_id, ours.external_item_id, ours.external_product_id) == (
        "V/PARTNER-bluedoor-HB-A", "I/PARTNER-bluedoor-HB-A", "P/bluedoor-house",
    )  # fmt: skip
    assert (ours.price, ours.published_quantity) == (Decimal("12.5"), None)
    assert (variant.price, variant.title, variant.sku_key) == (
        Decimal("12.5"), "250 g", "partner-bluedoor-hb-a",
    )  # fmt: skip
    assert variant.product.source_partner == partner
    ref = ExternalRef.objects.get(external_id="P1")
    assert (ref.kind, ref.subject) == ("product", variant.product)


def test_a_second_import_tells_our_store_nothing_and_writes_nothing(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    before = [list(m.objects.order_by("pk").values()) for m in (Product, Variant, Listing)]
    own_shop.told.clear()
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "unchanged": 3}
    assert own_shop.told == []
    assert before == [list(m.objects.order_by("pk").values()) for m in (Product, Variant, Listing)]
    plan = preview_import(partner, [row.pk for row in listings])
    assert plan.counts == {"create": 0, "update": 0, "skip": 3, "conflict": 0}


def test_importing_one_more_variant_sends_the_ones_imported_before_too(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings[:1])
    run = publish(own, own_shop, partner, listings[1:2])
    assert counts_of(run) == {"processed": 1, "created": 1}
    assert [v.sku for v in own_shop.told[-1].variants] == [
        "PARTNER-bluedoor-HB-A",
        "PARTNER-bluedoor-HB-B",
    ]
    assert Product.objects.count() == 1


def test_a_missing_variant_is_still_sent_or_our_store_would_lose_it(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings[:1])
    Listing.objects.filter(pk=listings[0].pk).update(missing_since=listings[0].seen_at)
    publish(own, own_shop, partner, listings[1:2])
    assert len(own_shop.products["bluedoor-house"].variants) == 2


def test_a_new_price_there_is_an_update_here(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    Listing.objects.filter(pk=listings[2].pk).update(price=Decimal(12), cost=Decimal(12))
    (row,) = preview_import(partner, [listings[2].pk]).rows
    assert (row.outcome, row.price_before, row.price) == ("update", Decimal("12.5"), Decimal(15))
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "updated": 1, "unchanged": 2}
    assert notes_of(run) == [("PARTNER-bluedoor-MUG", "price", "12.5000", "15.00", "applied")]
    assert Variant.objects.get(sku="PARTNER-bluedoor-MUG").price == Decimal(15)


def test_a_conflict_is_noted_and_the_others_go_on(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    Listing.objects.filter(pk=listings[2].pk).update(currency="EUR")
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "created": 2, "skipped": 1}
    assert messages_of(run)[0] == "Its price is in EUR, our store sells in USD."
    assert not Variant.objects.filter(sku__endswith="MUG").exists()


def test_a_product_our_store_refuses_does_not_stop_the_others(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    own_shop.fail = {"bluedoor-house": Rejected("The title is too long.")}
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "created": 1, "failed": 2}
    assert messages_of(run)[:2] == ["The title is too long."] * 2
    own_shop.fail = {}
    assert counts_of(publish(own, own_shop, partner, listings)) == {
        "processed": 3, "updated": 2, "unchanged": 1,
    }  # fmt: skip


def test_a_lost_answer_heals_by_running_again(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    own_shop.loses_answers = {"bluedoor-house": Unconfirmed("No answer came.")}
    run = publish(own, own_shop, partner, listings)
    assert counts_of(run) == {"processed": 3, "created": 1, "failed": 2}
    publish(own, own_shop, partner, listings)
    assert len(own_shop.products) == 2
    assert Product.objects.count() == 2
    assert Listing.objects.filter(connection=own, variant__isnull=False).count() == 3


@pytest.mark.parametrize(
    "error", [Retryable("Busy."), NotAuthorized("No."), RuntimeError("killed")]
)
def test_a_run_that_dies_is_finished_by_the_next_one_without_parameters(
    partner: Partner,
    own: Connection,
    own_shop: OwnShop,
    listings: list[Listing],
    error: Exception,
) -> None:
    own_shop.fail = {"bluedoor-house": error}
    with pytest.raises(type(error)):
        publish(own, own_shop, partner, listings)
    own_shop.fail = {}
    run = make_run(own, "publish_products", own_shop)
    publish_products(run)
    assert set(own_shop.products) == {"bluedoor-house", "bluedoor-product-3"}
    assert Listing.objects.filter(connection=own, variant__isnull=False).count() == 3


def test_a_run_without_parameters_keeps_our_prices(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings, prices={str(listings[2].pk): "19.90"})
    Listing.objects.filter(pk=listings[2].pk).update(title="Big mug", cost=Decimal(12))
    run = make_run(own, "publish_products", own_shop)
    publish_products(run)
    assert counts_of(run) == {"processed": 3, "updated": 1, "unchanged": 2}
    (mug,) = own_shop.told[-1].variants
    assert (own_shop.told[-1].title, mug.price, mug.cost) == ("Big mug", Decimal("19.90"), 12)


def test_ids_follow_when_our_store_gives_a_variant_another_one(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    a, b = "PARTNER-bluedoor-HB-A", "PARTNER-bluedoor-HB-B"
    Listing.objects.filter(external_id=f"V/{a}").update(external_id="swap", digest="")
    Listing.objects.filter(external_id=f"V/{b}").update(external_id=f"V/{a}", digest="")
    Listing.objects.filter(external_id="swap").update(external_id=f"V/{b}")
    publish(own, own_shop, partner, listings)
    ours = Listing.objects.filter(connection=own, external_product_id="P/bluedoor-house")
    assert dict(ours.values_list("external_id", "variant__sku")) == {f"V/{a}": a, f"V/{b}": b}


def test_two_products_with_one_handle_get_different_ones(
    partner: Partner, own: Connection, own_shop: OwnShop
) -> None:
    rows = [make_listing(partner, n, attributes={"handle": "same"}) for n in (1, 2)]
    publish(own, own_shop, partner, rows)
    assert set(own_shop.products) == {"bluedoor-same", "bluedoor-same-2"}


def test_after_an_import_stock_is_asked_for(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    asked = SyncRun.objects.filter(status="queued").values_list("connection", "flow")
    assert set(asked) == {(partner.connection_id, "stock"), (own.pk, "publish_stock")}


def test_an_import_that_writes_nothing_asks_for_no_stock(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    publish(own, own_shop, partner, listings)
    SyncRun.objects.filter(status="queued").delete()
    publish(own, own_shop, partner, listings)
    assert not SyncRun.objects.filter(status="queued").exists()


def test_a_dry_run_tells_and_writes_nothing(
    partner: Partner, own: Connection, own_shop: OwnShop, listings: list[Listing]
) -> None:
    run = publish(own, own_shop, partner, listings, dry_run=True)
    assert [outcome for *_, outcome in notes_of(run)] == ["skipped"] * 3
    assert own_shop.told == []
    assert not Product.objects.exists()
    assert not SyncRun.objects.filter(status="queued").exists()


def test_an_import_is_a_run_with_its_parameters(
    partner: Partner, own: Connection, listings: list[Listing]
) -> None:
    ids = [row.pk for row in listings]
    run = import_products(partner, ids, None, Decimal("0.3"), ".99", {ids[0]: Decimal("20")})
    assert (run.connection, run.flow, run.status) == (own, "publish_products", "queued")
    assert run.params == {
        "partner": partner.pk, "listing_ids": ids, "markup": "0.3", "rounding": ".99",
        "prices": {str(ids[0]): "20"},
    }  # fmt: skip


def test_the_same_click_twice_is_one_run_and_another_import_has_to_wait(
    partner: Partner, own: Connection, listings: list[Listing]
) -> None:
    ids = [row.pk for row in listings]
    assert import_products(partner, ids, None) == import_products(partner, ids, None)
    with pytest.raises(CannotImport, match="Another import is under way"):
        import_products(partner, ids[:1], None)
    assert SyncRun.objects.count() == 1


def test_who_may_not_import_starts_no_run(
    partner: Partner, own: Connection, listings: list[Listing]
) -> None:
    user = User.objects.create_user("operator")
    with pytest.raises(PermissionDenied):
        import_products(partner, [listings[0].pk], user)
    assert not SyncRun.objects.exists()
    user.user_permissions.add(Permission.objects.get(codename="import_product"))
    run = import_products(partner, [listings[0].pk], User.objects.get(pk=user.pk))
    assert (run.user, run.trigger) == (user, "staff")
