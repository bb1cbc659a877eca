"""What a SKU nobody has may mean: shown, linked by a person, never guessed."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Listing, Partner, UnmatchedSku, Variant
from catalog.services.close_skus import find_close
from catalog.services.link_skus import CannotLink, link_sku
from catalog.services.unmatched import note_unmatched
from tests.catalog.builders import NOW, make_connection, make_listing, make_variant
from tests.catalog.people import log_in, texts

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/unmatchedsku/"


def close_to(sku: str) -> list[tuple[str, str]]:
    return [(one.variant.sku, one.why) for one in find_close([sku]).get(sku, [])]


@pytest.mark.parametrize(
    "sku", ["HG-GRIND", "PARTNER-other-HG-GRIND", "hg grind", "PARTNER-bluedoor-hg_grind"]
)
def test_the_same_sku_under_another_prefix_or_spelling_is_found(sku):
    make_variant("PARTNER-bluedoor-HG-GRIND")
    assert close_to(sku) == [("PARTNER-bluedoor-HG-GRIND", "the same SKU, written differently")]


def test_a_barcode_and_a_likely_neighbor_are_found_the_likeliest_first():
    make_variant("TEA-DARJ-FF-100")
    make_variant("MILK-1", barcode="4006381333931")
    assert close_to("4006381333931") == [("MILK-1", "the same barcode")]
    make_variant("TEA-DARJ-SF-250")
    assert [sku for sku, _ in close_to("TEA-DARJ-SF-25")] == ["TEA-DARJ-SF-250", "TEA-DARJ-FF-100"]


@pytest.mark.parametrize("sku", ["CD-WRAP-LINEN", "", "-", "X-1"])
def test_what_is_not_alike_is_not_offered(sku):
    make_variant("TEA-DARJ-FF-100")
    make_variant("LINENS-AND-MORE-TABLECLOTH-200")
    assert close_to(sku) == []


def test_one_query_answers_for_a_page():
    for number in range(60):
        make_variant(f"TEA-{number:04}-GREEN")
    with CaptureQueriesContext(connection) as captured:
        find_close([f"TEA-{number:04}-GREENS" for number in range(50)])
    assert len(captured) == 1


@pytest.fixture
def stranger(partner: Partner) -> UnmatchedSku:
    """Their stock names a SKU that they list and that is not linked."""
    make_listing(partner, 1, sku="HG-GRIND", sku_key="hg-grind")
    note_unmatched(partner.connection, "stock", {"HG-GRIND": "No."}, NOW)
    return UnmatchedSku.objects.get()


@pytest.fixture
def ours(db: None) -> Variant:
    return make_variant("PARTNER-bluedoor-HG-GRIND")


def press(row: UnmatchedSku, group: str = "Manager", sku: str = "PARTNER-bluedoor-HG-GRIND"):
    url = reverse("admin:catalog_unmatchedsku_do", args=[row.pk, "link_it"])
    form = {"confirmed": "1", "sku": sku}
    return log_in(group).post(url, form, follow=True)


def test_linked_by_a_person_its_stock_counts_and_the_row_goes(stranger, ours):
    client, url = log_in("Manager"), f"{LIST}{stranger.pk}/do/link_it/"
    html = texts(client.get(LIST))
    assert ours.product.title in html
    assert "Link it, or import it." in html
    assert f'value="{ours.sku}"' in texts(client.post(url))
    answer = client.post(url, {"confirmed": "1", "sku": ours.sku}, follow=True)
    assert "Its stock counts from the next run on" in texts(answer)
    assert Listing.objects.get(sku="HG-GRIND").variant == ours
    assert not UnmatchedSku.objects.exists()


def test_only_who_may_import_links(stranger, ours):
    assert "link_it" not in texts(log_in("Viewer").get(LIST))
    assert press(stranger, "Operator").status_code == 403
    with pytest.raises(PermissionDenied):
        link_sku(stranger, ours, User.objects.create_user("nobody"))
    assert Listing.objects.get(sku="HG-GRIND").variant is None


def test_a_variant_that_is_linked_there_already_is_refused(stranger, ours, partner):
    make_listing(partner, 2, variant=ours)
    boss = User.objects.create_superuser("boss")
    with pytest.raises(CannotLink, match="is linked to something else"):
        link_sku(stranger, ours, boss)
    assert UnmatchedSku.objects.count() == 1


def test_a_sku_that_is_none_of_ours_is_said_in_the_form(stranger, ours):
    html = texts(press(stranger, sku="NOBODY"))
    assert "No product variant found for SKU NOBODY." in html
    assert UnmatchedSku.objects.count() == 1


def test_what_they_do_not_list_can_only_be_imported(partner, ours):
    note_unmatched(partner.connection, "stock", {"HG-GRIND": "No."}, NOW)
    row = UnmatchedSku.objects.get()
    assert "Link is not possible" in texts(press(row))
    html = texts(log_in("Owner").get(LIST))
    assert f"/admin/catalog/?connection={partner.connection_id}&amp;q=HG-GRIND" in html


def test_in_an_order_the_next_step_is_said_and_a_search_finds_by_a_part(db):
    store = make_connection("our-store", provider="shopify")
    note_unmatched(store, "order", {"CD-WRAP-LINEN": "No."}, NOW)
    html = texts(log_in("Manager").get(LIST))
    assert "/admin/catalog/variant/?q=linen" in html
    assert "/admin/orders/order/?q=CD-WRAP-LINEN" in html
    assert "then Route again" in html


def test_the_list_takes_the_same_few_queries_for_any_number_of_rows(partner, ours):
    client = log_in("Manager")
    counts = []
    for number in (3, 40):
        skus = {f"HG-GRIND-{n}": "No." for n in range(number)}
        note_unmatched(partner.connection, "stock", skus, NOW)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
