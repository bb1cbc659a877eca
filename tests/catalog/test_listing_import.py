"""Files of listings: linked and unlinked, never made."""

import pytest

from catalog.models import Listing, UnmatchedSku
from catalog.resources import ListingResource
from tests.catalog.builders import NOW, make_listing, make_partner, make_variant
from tests.integrations.import_files import bring, confirm, outcomes, plans

pytestmark = pytest.mark.django_db
HEAD = "connection,external_id,sku,our_sku\n"
PLACE = "bluedoor-shop"


@pytest.fixture
def partner():
    return make_partner()


def test_a_listing_is_linked_by_their_id_or_their_sku(partner):
    first, second = make_listing(partner, 1), make_listing(partner, 2)
    mug, cup = make_variant("MUG"), make_variant("CUP")
    UnmatchedSku.objects.create(
        connection=partner.connection, source="stock", sku="SKU-2", first_at=NOW, last_at=NOW
    )

    text = f"{HEAD}{PLACE},bluedoor-V1,,MUG\n{PLACE},,SKU-2,cup\n"
    job = confirm(bring("listings", text))

    assert plans(job) == [
        (2, "update", {"our_sku": ["", "MUG"]}),
        (3, "update", {"our_sku": ["", "CUP"]}),
    ]
    linked = dict(Listing.objects.values_list("pk", "variant"))
    assert linked == {first.pk: mug.pk, second.pk: cup.pk}
    assert not UnmatchedSku.objects.exists()


def test_an_empty_cell_unlinks(partner):
    listing = make_listing(partner, 1, variant=make_variant("MUG"))

    confirm(bring("listings", f"{HEAD}{PLACE},bluedoor-V1,,\n"))

    listing.refresh_from_db()
    assert listing.variant is None


def test_what_cannot_be_linked_says_why(partner):
    make_listing(partner, 1, variant=make_variant("MUG"))
    make_listing(partner, 2, sku="TWICE")
    make_listing(partner, 3, sku="TWICE")

    text = (
        f"{HEAD}nowhere,x,,MUG\n{PLACE},gone,,MUG\n{PLACE},,GONE,MUG\n{PLACE},,TWICE,\n"
        f"{PLACE},bluedoor-V2,,NO-SUCH\n{PLACE},bluedoor-V3,,MUG\n{PLACE},,,MUG\n"
    )
    job = bring("listings", text)

    assert [row[2] for row in plans(job)] == [
        {"connection": "No connection is called “nowhere”."},
        {"external_id": "Bluedoor Shop lists nothing with this id."},
        {"sku": "Bluedoor Shop lists nothing with SKU GONE."},
        {"sku": "Bluedoor Shop lists TWICE more than once; give their id instead."},
        {"our_sku": "No product variant found for SKU NO-SUCH."},
        {
            "our_sku": "MUG is linked to SKU-1 at Bluedoor Shop already. Unlink that one first.",
        },
        {"external_id": "It needs their id or their SKU."},
    ]
    assert Listing.objects.exclude(variant=None).count() == 1


def test_one_variant_goes_to_one_listing_of_a_connection(partner):
    make_listing(partner, 1)
    make_listing(partner, 2)
    make_variant("MUG")

    text = f"{HEAD}{PLACE},bluedoor-V1,,MUG\n{PLACE},bluedoor-V2,,MUG\n"
    job = confirm(bring("listings", text))

    assert plans(job)[1] == (3, "error", {"": "Row 2 links MUG there already."})
    assert [one[1] for one in outcomes(job)] == ["done", "waiting"]


def test_two_rows_about_one_listing_are_told_apart(partner):
    make_listing(partner, 1)
    make_variant("MUG")

    job = bring("listings", f"{HEAD}{PLACE},bluedoor-V1,,MUG\n{PLACE},,SKU-1,\n")

    assert plans(job)[1] == (3, "error", {"": "Row 2 is about the same. Keep one of them."})


def test_an_export_brought_in_again_changes_nothing(partner):
    make_listing(partner, 1, variant=make_variant("=MUG"), sku="=1+1")
    make_listing(partner, 2, available=None)
    resource = ListingResource()
    text = resource.export(resource.with_related(Listing.objects.order_by("pk"))).csv

    assert [row[1:] for row in plans(bring("listings", text))] == [("unchanged", {})] * 2
