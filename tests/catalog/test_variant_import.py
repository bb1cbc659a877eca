"""Files of variants: what they change, what they may not, and that an export changes nothing."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.importing.variants import VariantImport
from catalog.models import Product, Variant
from catalog.resources import VariantResource
from integrations.importing.resource import FileRow
from integrations.models import SyncRun
from tests.catalog.builders import make_connection, make_variant
from tests.integrations.import_files import bring, confirm, plans

pytestmark = pytest.mark.django_db


def mistakes(text: str) -> list[dict[str, str]]:
    return [row.errors for row in bring("variants", text).rows.order_by("number")]


def test_every_column_is_written():
    variant = make_variant("A-1", price=Decimal(10))

    confirm(
        bring(
            "variants",
            "sku,title,barcode,price,buffer,archived\nA-1,Large,400,12.50,3,yes\n",
        )
    )

    variant.refresh_from_db()
    assert (variant.title, variant.barcode, variant.price) == ("Large", "400", Decimal("12.5"))
    assert (variant.buffer, variant.archived_at is not None) == (3, True)


def test_a_column_that_is_left_out_changes_nothing_and_an_empty_cell_empties():
    variant = make_variant("A-1", title="Large", barcode="400", price=Decimal(10), buffer=2)

    job = confirm(bring("variants", "sku,barcode,buffer\nA-1,,\n"))

    assert plans(job)[0][2] == {"barcode": ["400", ""], "buffer": ["2", ""]}
    variant.refresh_from_db()
    assert (variant.title, variant.barcode, variant.buffer) == ("Large", "", None)
    assert variant.price == 10


def test_archived_keeps_the_moment_it_has():
    then = timezone.now().replace(microsecond=0)
    make_variant("A-1", archived_at=then)

    job = bring("variants", "sku,archived\nA-1,yes\n")

    assert plans(job) == [(2, "unchanged", {})]


def test_new_variants_of_one_title_share_a_new_product_of_our_own():
    confirm(bring("variants", "sku,product,title,price\nN-1,Mug,S,5\nN-2,Mug,L,7\n"))

    product = Product.objects.get(title="Mug")
    assert (product.handle, product.source_partner) == ("us-mug", None)
    found = Variant.objects.filter(product=product).order_by("sku")
    assert [(one.sku, one.sku_key, one.currency) for one in found] == [
        ("N-1", "n-1", "USD"),
        ("N-2", "n-2", "USD"),
    ]


def test_a_new_variant_joins_the_product_of_ours_with_its_title():
    mug = Product.objects.create(title="Mug", handle="us-mug")

    confirm(bring("variants", "sku,product\nN-1,Mug\nN-2,Other Mug\n"))

    assert Variant.objects.get(sku="N-1").product == mug
    assert Variant.objects.get(sku="N-2").product.handle == "us-other-mug"


def test_a_handle_that_is_taken_gets_a_number():
    Product.objects.create(title="A mug of another name", handle="us-mug")

    confirm(bring("variants", "sku,product\nN-1,Mug\n"))

    assert Variant.objects.get(sku="N-1").product.handle == "us-mug-2"


def test_what_a_file_may_not_do_is_said_by_column():
    make_variant("A-1", price=Decimal(10))

    found = mistakes(
        "sku,product,price,currency,buffer,archived\n"
        "a-1,Mug,1,USD,,\n"
        "PARTNER-x1-9,Mug,1,USD,,\n"
        "N-1,,1,USD,,\n"
        "A-1,Tea,12.345,EUR,-1,perhaps\n"
        ",Mug,1,USD,,\n"
    )

    assert found[0] == {
        "sku": "There is A-1, which differs only in its spelling. Write A-1.",
    }
    assert list(found[1]) == ["sku"]
    assert found[2] == {"product": "A new variant needs the title of its product."}
    assert found[3] == {
        "buffer": "-1 is not between 0 and 1,000,000.",
        "archived": "“perhaps” is neither yes nor no.",
        "product": "A-1 belongs to Coffee. No file moves it.",
        "currency": "We sell in USD.",
        "price": "EUR has 2 decimals.",
    }
    assert found[4]["sku"] == "It is empty; fill it in."


def test_two_new_ones_spelled_alike_are_told_apart_before_they_are_made():
    found = mistakes("sku,product\nN-1,Mug\nn-1,Mug\n")

    assert found == [
        {},
        {"sku": "There is N-1, which differs only in its spelling. Write N-1."},
    ]


def test_an_export_brought_in_again_changes_nothing():
    make_variant("=A-1", title="+Large", price=Decimal("10.50"), buffer=2)
    make_variant("A-2", title="'=quoted", barcode="-1")
    make_variant("A-3", archived_at=timezone.now(), currency="EUR", price=Decimal("3.3333"))
    resource = VariantResource()
    text = resource.export(resource.with_related(Variant.objects.order_by("pk"))).csv

    job = bring("variants", text)

    assert "'=A-1" in text
    assert [row[1:] for row in plans(job)] == [("unchanged", {})] * 3


def test_our_store_is_told_prices_and_what_may_be_sold():
    make_connection("own", "shopify")
    make_variant("A-1", price=Decimal(10))

    confirm(bring("variants", "sku,barcode\nA-1,400\n"))
    assert not SyncRun.objects.exists()
    confirm(bring("variants", "sku,price\nA-1,11\n"))
    assert set(SyncRun.objects.values_list("flow", flat=True)) == {"publish_products"}
    confirm(bring("variants", "sku,buffer\nA-1,2\n"))
    flows = set(SyncRun.objects.values_list("flow", flat=True))
    assert flows == {"publish_products", "publish_stock"}


def test_a_hundred_rows_take_as_many_queries_as_two():
    for number in range(100):
        make_variant(f"A-{number}", price=Decimal(10))

    def queries(rows: int) -> tuple[int, int]:
        resource = VariantImport(None, "x.csv", locks=True)
        files = [FileRow(n + 2, [f"A-{n}", "11"]) for n in range(rows)]
        with CaptureQueriesContext(connection) as looking:
            planned = resource.plan(["sku", "price"], files)
        with CaptureQueriesContext(connection) as writing:
            resource.write(planned)
        return len(looking), len(writing)

    assert queries(2) == (2, 1)
    looked, wrote = queries(100)
    assert looked == 2
    assert wrote <= 2  # SQLite takes so many values at a time
