"""A file is read, shown, and written as it was shown; whoever dies or interferes meanwhile."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from catalog.importing.variants import VariantImport
from catalog.models import Variant
from integrations.importing.reading import CannotRead
from integrations.models import ImportJob, ImportRow
from integrations.services import write_import
from integrations.services.imports import start_import
from integrations.services.retention import prune
from integrations.tasks import read_import
from tests.catalog.builders import make_variant
from tests.config.access.people import make_person
from tests.integrations.import_files import (
    HEAD,
    boss,
    bring,
    confirm,
    outcomes,
    plans,
    prices,
)

pytestmark = pytest.mark.django_db


# --- reading


def test_looking_changes_nothing(three):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,10.00\nA-9,1\n")

    assert plans(job) == [
        (2, "update", {"price": ["10", "12"]}),
        (3, "unchanged", {}),
        (4, "error", {"product": "A new variant needs the title of its product."}),
    ]
    assert (job.status, prices()) == ("draft", [10, 10, 10])
    assert bytes(job.content) == b""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("price\n1\n", "The column sku is missing. Add it to the first row."),
        ("sku,Price,price\nA,1,2\n", "The column price are named twice in the first row."),
        ("sku,prise\nA,1\n", "Nobody here knows the column prise. The columns are: sku, product,"),
        ("sku,,price\nA,1,2\n", "Column 2 has no name in the first row. Name it."),
        ("sku,price\n", "The file has a header and no rows."),
    ],
)
def test_a_header_that_does_not_fit_keeps_nothing(text, says):
    with pytest.raises(CannotRead) as caught:
        bring("variants", text)

    assert str(caught.value).startswith(says)
    assert (ImportJob.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_columns_that_are_only_for_reading_are_named():
    job = bring("variants", "sku,partner,their_price\nA-1,x,1\n")

    assert job.notes == ["Not read: partner, their_price; change those where they are kept."]


def test_rows_of_another_width_are_mistakes_of_their_own(three):
    job = bring("variants", "sku,price\nA-1\nA-2,11,x\nA-3,12,,\n")

    assert plans(job) == [
        (2, "error", {"": "It has 1 cells, the header 2. Write empty cells too."}),
        (
            3,
            "error",
            {"": "It has more cells than the header has columns: “x” is one too many."},
        ),
        (4, "update", {"price": ["10", "12"]}),
    ]


def test_a_character_that_cannot_be_stored_is_a_mistake_of_its_row(three):
    job = bring("variants", "sku,barcode\nA-1,4\x000\nA-2,401\n")

    sentence = "It has a character that cannot be stored (NUL). Type the cell anew."
    assert plans(job)[0] == (2, "error", {"barcode": sentence})
    assert plans(job)[1] == (3, "update", {"barcode": ["", "401"]})


def test_rows_about_the_same_are_all_mistakes(three):
    job = bring("variants", f"{HEAD}A-1,11\nA-2,12\nA-1,13\n")

    sentence = "A-1 is in rows 2, 4 of the file. Keep one of them."
    assert [row[1:] for row in plans(job)] == [
        ("error", {"": sentence}),
        ("update", {"price": ["10", "12"]}),
        ("error", {"": sentence}),
    ]


def test_who_may_not_import_keeps_no_file():
    with pytest.raises(PermissionDenied):
        bring("variants", f"{HEAD}A-1,1\n", make_person("Operator"))

    assert ImportJob.objects.count() == 0


# --- writing


def test_a_bad_row_does_not_stop_the_good_ones(three):
    job = confirm(bring("variants", f"{HEAD}A-1,12\nA-2,x\nA-3,13\n"))

    assert prices() == [12, 10, 13]
    assert outcomes(job) == [(2, "done", ""), (3, "waiting", ""), (4, "done", "")]
    assert (job.status, job.counts["updated"], job.counts["error"]) == ("completed", 2, 1)


def test_all_or_nothing_writes_nothing_for_one_bad_row(three):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,x\n")

    confirm(job, all_or_nothing=True)

    assert (job.status, prices()) == ("failed", [10, 10, 10])
    assert job.reason.startswith("Nothing was imported, because of row 3: “x” is not an amount.")


def test_all_or_nothing_takes_back_what_it_wrote_before_a_row_that_moved(three, in_ones):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\n")
    read_import(job.pk)
    job.refresh_from_db()
    Variant.objects.filter(sku="A-2").update(price=11)

    confirm(job, all_or_nothing=True)

    assert (job.status, prices()) == ("failed", [10, 11, 10])
    assert outcomes(job)[0] == (2, "waiting", "")
    assert not LogEntry.objects.exists()


def test_a_row_that_moved_meanwhile_is_refused_and_not_overwritten(three):
    job = bring("variants", f"{HEAD}A-1,12\nA-2,13\n")
    Variant.objects.filter(sku="A-1").update(price=11)

    confirm(job)

    assert prices() == [11, 13, 10]
    refused = "It changed meanwhile: price was 10 when it was shown. Choose the file again."
    assert outcomes(job) == [(2, "refused", refused), (3, "done", "")]


def test_a_row_that_is_already_as_the_file_says_is_refused_too(three):
    job = bring("variants", f"{HEAD}A-1,12\n")
    Variant.objects.filter(sku="A-1").update(price=12)

    confirm(job)

    assert outcomes(job)[0][1] == "refused"


def test_one_that_clashes_in_the_database_loses_no_other(three, monkeypatch):
    job = bring("variants", "sku,product\nN-1,Mug\nN-2,Mug\n")
    real = VariantImport.find
    # Somebody makes N-2 between the look and the write.
    make_variant("N-2")
    monkeypatch.setattr(
        VariantImport, "find", lambda s, row: None if row["sku"] == "N-2" else real(s, row)
    )
    monkeypatch.setattr(VariantImport, "_check_new", lambda *args: {})

    confirm(job)

    assert outcomes(job) == [(2, "done", ""), (3, "refused", write_import.CLASH)]
    assert Variant.objects.filter(sku="N-1").count() == 1


def test_a_second_yes_does_nothing(three):
    job = bring("variants", f"{HEAD}A-1,12\n")

    assert [start_import(job), start_import(job)] == [True, False]


def test_each_history_says_who_changed_what_by_which_file(three):
    confirm(bring("variants", f"{HEAD}A-1,12\n", name="autumn.csv"))

    found = LogEntry.objects.order_by("pk").values_list(
        "user__username", "object_repr", "change_message"
    )
    assert list(found) == [
        ("boss", "A-1", "Imported from autumn.csv: price 10 to 12"),
        ("boss", "Products", "Imported autumn.csv: 1 updated"),
    ]


# --- what is kept


def test_what_a_file_said_is_forgotten_after_a_week(three):
    old, fresh = (confirm(bring("variants", f"{HEAD}A-{n},12\n")) for n in (1, 2))
    draft = bring("variants", f"{HEAD}A-3,12\n")
    long_ago = timezone.now() - timedelta(days=8)
    old_ones = ImportJob.objects.filter(pk__in=[old.pk, draft.pk])
    old_ones.filter(pk=old.pk).update(finished_at=long_ago)
    old_ones.update(created_at=long_ago)

    deleted = prune(timezone.now())

    assert (deleted["rows of imported files"], deleted["imports"]) == (2, 1)
    assert set(ImportJob.objects.all()) == {old, fresh}
    assert (old.rows.count(), fresh.rows.count()) == (0, 1)
    old.refresh_from_db()
    assert old.counts["updated"] == 1


def test_the_person_is_kept_by_name(three):
    assert bring("variants", f"{HEAD}A-1,12\n").user == boss()
