"""What a SKU nobody knows turns out to be: another name of a variant, or a product of our own."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied

from catalog.models import Listing, Product, UnmatchedSku, Variant
from catalog.services.link_skus import CannotLink, link_sku
from catalog.services.make_variant import CannotMake, make_variant
from catalog.skus import find_variant
from integrations.models import Connection
from tests.catalog.builders import make_connection, make_listing, make_partner
from tests.catalog.builders import make_variant as variant_of
from tests.catalog.erp import make_erp, unmatched
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/unmatchedsku/"


@pytest.fixture
def erp(monkeypatch) -> Connection:
    return make_erp(monkeypatch)


@pytest.fixture
def boss(admin_user):
    return admin_user


def press(row: UnmatchedSku, name: str, group: str = "Manager", **data: str):
    address = f"{LIST}{row.pk}/do/{name}/"
    return log_in(group).post(address, {"confirmed": "1", **data}, follow=True)


def buttons(row: UnmatchedSku, group: str = "Manager") -> list[str]:
    rows = log_in(group).get(LIST).context["cl"].result_list
    (found,) = [one for one in rows if one.pk == row.pk]
    return [action.label for action in getattr(found, "portal_row_actions", [])]


# --- linking


def test_another_name_at_a_system_without_a_catalog_becomes_a_listing(erp):
    variant = variant_of("CC-100", currency="EUR")
    row = unmatched(erp, "Cc 100/XL #1")
    answer = press(row, "link_it", sku="cc-100")
    listing = Listing.objects.get()
    assert (listing.connection, listing.variant, listing.currency) == (erp, variant, "EUR")
    assert (listing.external_id, listing.sku) == ("Cc 100/XL #1", "Cc 100/XL #1")
    assert (listing.sku_key, listing.title) == ("cc 100/xl #1", "Coffee")
    assert UnmatchedSku.objects.count() == 0
    (message,) = said(answer)
    assert message == (
        "Cc 100/XL #1 of The Erp is CC-100. Its stock counts from the next run on. "
        f'<a href="/admin/integrations/flowschedule/?connection__in={erp.pk}">Run now</a>'
    )


def test_the_variant_history_says_who_linked_it(erp):
    variant = variant_of("CC-100")
    press(unmatched(erp, "X-1"), "link_it", sku="CC-100")
    entry = LogEntry.objects.get(object_id=str(variant.pk), content_type__model="variant")
    assert (entry.change_message, str(entry.user)) == (
        "Linked to X-1 of The Erp.",
        "manager-person",
    )


def test_a_variant_has_one_name_at_a_system(erp, boss):
    variant = variant_of("CC-100")
    link_sku(unmatched(erp, "X-1"), variant, boss)
    row = unmatched(erp, "X-2")
    with pytest.raises(CannotLink, match="CC-100 is linked to something else at The Erp already"):
        link_sku(row, variant, boss)
    assert list(Listing.objects.values_list("sku", flat=True)) == ["X-1"]
    assert UnmatchedSku.objects.get() == row


def test_a_name_that_lost_its_variant_is_linked_anew(erp, boss):
    gone = link_sku(unmatched(erp, "X-1"), variant_of("CC-100"), boss)
    Listing.objects.update(variant=None)
    other = variant_of("CC-200")
    assert link_sku(unmatched(erp, "X-1"), other, boss).pk == gone.pk
    assert Listing.objects.get().variant == other


def test_linking_settles_only_the_rows_of_its_own_connection(erp, boss):
    other = unmatched(make_connection("another"), "X-1")
    link_sku(unmatched(erp, "X-1"), variant_of("CC-100"), boss)
    assert UnmatchedSku.objects.get() == other


def test_what_a_partner_does_not_list_is_not_linked(boss):
    partner = make_partner()
    row = unmatched(partner.connection, "X-1")
    with pytest.raises(CannotLink, match="does not list X-1 just once"):
        link_sku(row, variant_of(), boss)
    assert (Listing.objects.count(), UnmatchedSku.objects.count()) == (0, 1)


def test_a_name_at_the_erp_is_not_taken_for_a_place_in_our_store(erp, boss):
    variant = variant_of("CC-100")
    link_sku(unmatched(erp, "X-1"), variant, boss)
    page = log_in("Viewer").get("/admin/catalog/variant/?view=unlinked")
    assert [row.sku for row in page.context["cl"].result_list] == ["CC-100"]
    assert "Not in our store" in texts(page)
    detail = log_in("Operator").get(f"/admin/catalog/variant/{variant.pk}/change/")
    assert detail.context["ours"] is None


# --- creating


def test_a_product_of_our_own_is_made_with_exactly_this_sku(erp):
    row = unmatched(erp, "CC-100/ü")
    answer = press(row, "make_it", title=" Mug, blue ", price="12.50")
    variant = Variant.objects.select_related("product").get()
    assert (variant.sku, variant.price, variant.currency) == ("CC-100/ü", Decimal("12.50"), "USD")
    assert (variant.product.title, variant.product.source_partner) == ("Mug, blue", None)
    assert find_variant("CC-100/ü") == (variant, "")
    assert UnmatchedSku.objects.count() == 0
    (message,) = said(answer)
    assert message == (
        "CC-100/ü is Mug, blue. The next run of The Erp finds it. "
        f'<a href="/admin/integrations/flowschedule/?connection__in={erp.pk}">Run now</a>'
    )


def test_the_price_may_be_left_open(erp):
    press(unmatched(erp, "X-1"), "make_it", title="Mug")
    assert Variant.objects.get().price is None


def test_without_a_title_it_is_asked_again(erp):
    answer = press(unmatched(erp, "X-1"), "make_it", title="", price="-1")
    assert "This field is required." in texts(answer)
    assert "greater than or equal to 0" in texts(answer)
    assert (Product.objects.count(), UnmatchedSku.objects.count()) == (0, 1)


def test_before_it_is_made_the_question_says_what_is_odd_about_it(erp):
    row = unmatched(erp, "X\u200b1")
    UnmatchedSku.objects.update(
        reason="No product variant found for SKU X\u200b1. It has a character that cannot be seen "
        "(U+200B)."
    )
    question = texts(log_in("Manager").post(f"{LIST}{row.pk}/do/make_it/"))
    assert "<p>It has a character that cannot be seen (U+200B). A product of our own" in question
    assert Variant.objects.count() == 0


def test_a_sku_of_an_order_leads_to_route_again():
    row = unmatched(make_connection("our-store", provider="shopify"), "X-1", "order")
    answer = press(row, "make_it", title="Mug")
    (message,) = said(answer)
    assert message == (
        "X-1 is Mug. Press Route again on the orders that wait for it. "
        '<a href="/admin/orders/order/?q=X-1">Orders with it</a>'
    )


@pytest.mark.parametrize(
    ("sku", "why"),
    [
        ("cc-100", "There is a variant CC-100 already; link it instead."),
        ("X" * 101, "Our SKUs have 1 to 100 characters; this has 101."),
    ],
)
def test_what_cannot_be_a_sku_of_ours_is_refused_with_the_reason(erp, boss, sku, why):
    variant_of("CC-100")
    row = unmatched(erp, sku)
    with pytest.raises(CannotMake) as refused:
        make_variant(row, "Mug", None, boss)
    assert str(refused.value) == why
    assert (Variant.objects.count(), Product.objects.count()) == (1, 1)
    assert UnmatchedSku.objects.get() == row


def test_a_partners_product_is_imported_not_made(boss):
    row = unmatched(make_partner().connection, "X-1")
    with pytest.raises(CannotMake, match="Import it from their catalog"):
        make_variant(row, "Mug", None, boss)
    assert Variant.objects.count() == 0


# --- who is offered what


def test_each_row_offers_what_fits_it(erp):
    partner = make_partner()
    make_listing(partner, 1)
    store = make_connection("our-store", provider="shopify")
    assert buttons(unmatched(erp, "A")) == ["Link", "Create variant", "Ignore"]
    assert buttons(unmatched(store, "B", "order"), "Owner") == ["Link", "Create variant", "Ignore"]
    assert buttons(unmatched(partner.connection, "SKU-1"), "Operator") == ["Ignore"]
    assert buttons(unmatched(partner.connection, "SKU-9"), "Viewer") == []


def test_a_partners_listed_sku_offers_to_be_linked():
    partner = make_partner()
    make_listing(partner, 1)
    assert buttons(unmatched(partner.connection, "SKU-1")) == ["Link", "Ignore"]


def test_who_may_not_is_refused_and_nothing_is_made(erp, django_user_model):
    row, nobody = unmatched(erp, "X-1"), django_user_model.objects.create_user("nobody")
    with pytest.raises(PermissionDenied):
        make_variant(row, "Mug", None, nobody)
    with pytest.raises(PermissionDenied):
        link_sku(row, variant_of(), nobody)
    assert press(row, "make_it", "Operator", title="Mug").status_code == 403
    assert (Listing.objects.count(), Variant.objects.count()) == (0, 1)
