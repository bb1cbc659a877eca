"""The pages of an import: the form, what is shown before a yes, the result, the errors file."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Variant
from integrations.jobs import waiting_ids
from integrations.models import ImportJob
from integrations.services import imports
from integrations.tasks import read_import, write_import
from tests.catalog.builders import make_variant
from tests.integrations.admin_rows import button_status, get_page, log_in, page_url, press
from tests.integrations.import_files import bring

pytestmark = pytest.mark.django_db
FORM, HEAD = "/admin/import/variants/", "sku,price\n"
VARIANTS = "/admin/catalog/variant/"


@pytest.fixture
def manager(db):
    """Who may import."""
    return log_in("Manager")


@pytest.fixture
def mug():
    """A-1 at 10."""
    return make_variant("A-1", price=Decimal(10))


def upload(client, text: str | bytes, name="prices.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(FORM, {"file": SimpleUploadedFile(name, data)})


def price() -> Decimal | None:
    return Variant.objects.get(sku="A-1").price


def test_the_form_names_every_column_and_the_template_has_no_row(manager):
    page = get_page(manager, FORM)
    template = manager.get(f"{FORM}template.csv")

    assert "<code>their_price</code>" not in page
    assert "<code>buffer</code>" in page
    assert template.text == "sku,product,title,barcode,price,currency,buffer,archived\r\n"
    assert 'filename="products-template.csv"' in template.headers["Content-Disposition"]


def test_a_file_is_shown_cell_by_cell_before_a_yes(manager, mug):
    answer = upload(manager, f"{HEAD}A-1,12\nA-9,1\n")
    page = get_page(manager, answer.url)

    assert "Import of products: prices.csv" in page
    assert "1 row cannot be imported." in page
    assert "A new variant needs the title of its product." in page
    update = get_page(manager, f"{answer.url}?show=update")
    assert "<s>10</s>" in update
    assert "<b>12</b>" in update
    assert price() == 10


def test_a_small_file_is_done_when_the_page_comes_back(manager, mug):
    upload(manager, f"{HEAD}A-1,12\n")
    job = ImportJob.objects.get()

    said = press(manager, job, "go")

    assert price() == 12
    assert "Imported: 1 updated." in said


def test_a_file_that_cannot_be_read_is_refused_on_the_form(manager):
    answer = upload(manager, b"PK\x03\x04", "prices.xlsx")

    assert "This is a workbook, not a CSV file." in answer.text
    assert ImportJob.objects.count() == 0


def test_no_file_and_an_empty_one_are_refused_on_the_form(manager):
    assert "Choose a file." in manager.post(FORM, {}).text
    assert "The file is empty." in upload(manager, b"").text


def test_a_file_that_is_too_large_is_refused_on_the_form(manager, monkeypatch):
    monkeypatch.setattr("integrations.admin.import_pages.MOST_BYTES", 1024 * 1024)

    answer = upload(manager, b"x" * 3 * 1024 * 1024)

    assert "The file has 3 MB; at most 1 MB are taken." in answer.text
    assert ImportJob.objects.count() == 0


def test_all_or_nothing_is_refused_at_once_where_a_row_is_wrong(manager, mug):
    upload(manager, f"{HEAD}A-1,12\nA-9,1\n")
    job = ImportJob.objects.get()

    said = press(manager, job, "go", all_or_nothing="on")

    assert "correct the rows with mistakes first" in said
    job.refresh_from_db()
    assert (job.status, price()) == ("draft", 10)


def test_the_errors_file_has_the_rows_as_they_came_with_the_reason(manager, mug):
    upload(manager, "sku,price,barcode\nA-1,x,'=1\nA-1,12\n")
    job = ImportJob.objects.get()

    answer = manager.get(f"/admin/imports/{job.pk}/errors.csv")
    found = list(csv.reader(io.StringIO(answer.text)))

    assert found[0] == ["sku", "price", "barcode", "error"]
    assert found[1][:3] == ["A-1", "x", "'=1"]
    twice = "A-1 is in rows 2, 3 of the file. Keep one of them."
    assert found[1][3] == f"Row 2: {twice} price: “x” is not an amount. Write it like 12.50."
    assert found[2] == ["A-1", "12", "", f"Row 3: {twice}"]


def test_a_large_file_is_followed_and_told_about(manager, mug, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    monkeypatch.setattr("integrations.services.write_import.AT_ONCE", 0)
    answer = upload(manager, f"{HEAD}A-1,12\n")
    job = ImportJob.objects.get()
    assert "0 of 1 rows read." in get_page(manager, answer.url)

    read_import(job.pk)
    assert "Import of prices.csv: it is read, look through it and confirm." in get_page(
        manager, VARIANTS
    )
    press(manager, job, "go")
    assert waiting_ids(imports.WRITE_TASK) == {job.pk}
    assert 'data-poll="2000"' in get_page(manager, page_url(job))
    write_import(job.pk)

    assert "Import of prices.csv: 1 updated." in get_page(manager, VARIANTS)
    assert "Import of prices.csv: 1 updated." not in get_page(manager, VARIANTS)
    assert price() == 12


def test_cancel_leaves_everything_as_it_is(manager, mug):
    upload(manager, f"{HEAD}A-1,12\n")
    job = ImportJob.objects.get()

    press(manager, job, "cancel")
    press(manager, job, "go")

    job.refresh_from_db()
    assert (job.status, price()) == ("canceled", 10)


@pytest.mark.parametrize("who", ["Viewer", "Operator"])
def test_who_may_not_import_sees_no_button_and_changes_nothing(mug, who):
    client, job = log_in(who), bring("variants", f"{HEAD}A-1,12\n")

    assert "/admin/import/" not in get_page(client, "/admin/catalog/variant/")
    page = get_page(client, page_url(job))
    assert "/do/go/" not in page
    assert "errors.csv" not in page
    assert upload(client, f"{HEAD}A-1,12\n").status_code == 403
    assert button_status(client, job, "go") == 403
    assert (ImportJob.objects.count(), price()) == (1, 10)


def test_the_button_is_on_each_list_for_who_may(manager):
    for page, kind in [
        ("/admin/catalog/variant/", "variants"),
        ("/admin/catalog/", "listings"),
        ("/admin/inventory/stocklevel/", "stock"),
    ]:
        assert f'href="/admin/import/{kind}/"' in get_page(manager, page)


def test_what_a_file_said_long_ago_is_not_shown_any_more(manager, mug):
    upload(manager, f"{HEAD}A-1,12\n")
    job = ImportJob.objects.get()
    press(manager, job, "go")
    job.rows.all().delete()

    page = get_page(manager, f"{page_url(job)}?show=updated")

    assert "1 updated." in page
    assert "its rows are not kept longer" in page
