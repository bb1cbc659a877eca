"""Bytes become numbered rows, or a sentence; no guess is silent."""

import codecs

import pytest

from integrations.importing import reading
from integrations.importing.reading import WESTERN, CannotRead, read_table

TEXT = "sku,title\nA-1,Café\n"


def rows(data: bytes) -> list[tuple[int, list[str]]]:
    return list(read_table(data).rows())


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with BOM", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_unicode_is_read_without_a_note(data):
    table = read_table(data)

    assert (table.columns, table.note) == (("sku", "title"), "")
    assert list(table.rows()) == [(2, ["A-1", "Café"])]


def test_windows_letters_are_read_and_said():
    table = read_table(TEXT.encode("cp1252"))

    assert list(table.rows()) == [(2, ["A-1", "Café"])]
    assert table.note == WESTERN


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_the_header_uses(delimiter):
    text = f'sku{delimiter}title\nA-1{delimiter}"a, b; c"\n'

    assert rows(text.encode()) == [(2, ["A-1", "a, b; c"])]


def test_a_quoted_header_does_not_count_for_the_delimiter():
    assert read_table(b'"a,b,c";sku\n1;2\n').columns == ("a,b,c", "sku")


def test_a_spreadsheets_own_word_for_the_delimiter_is_no_row():
    assert rows(b"sep=|\nsku|title\nA-1|x\n") == [(2, ["A-1", "x"])]


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_left_out():
    assert rows(b'sku,title\nA-1,"two\nlines"\n\n,\nA-2,x\n') == [
        (2, ["A-1", "two\nlines"]),
        (5, ["A-2", "x"]),
    ]


def test_names_of_columns_are_read_as_people_write_them():
    columns = read_table(b" Ordered on , SKU,as_of (Europe/Berlin),\n1,2,3\n").columns

    assert columns == ("ordered_on", "sku", "as_of")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty."),
        (b"  \n \n", "The file is empty."),
        (b"PK\x03\x04xl/workbook", "This is a workbook, not a CSV file."),
        (b"\xd0\xcf\x11\xe0old", "This is a workbook, not a CSV file."),
        (b"\xff\xfes\x00k", "The file is cut off or damaged."),
        (b"sku\n\x81\x8d\n", "The letters of this file cannot be read."),
        (b",".join([b"x"] * 201) + b"\n", "The first row has 201 cells"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(data, says):
    with pytest.raises(CannotRead) as caught:
        read_table(data)

    assert str(caught.value).startswith(says)


def test_a_quotation_mark_without_an_end_names_its_row():
    with pytest.raises(CannotRead, match=r"A quotation mark after row 2 does not end"):
        rows(b'sku,title\nA-1,x\nA-2,"never ends\nA-3,y\n')


def test_a_file_that_is_too_large_is_not_even_decoded(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1024 * 1024)

    with pytest.raises(CannotRead, match="The file has 3 MB; at most 1 MB are taken"):
        read_table(b"x" * 3 * 1024 * 1024)


def test_too_many_rows_and_none_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)

    assert read_table(b"sku\n1\n2\n").count() == 2
    with pytest.raises(CannotRead, match="The file has more than 2 rows"):
        read_table(b"sku\n1\n2\n3\n").count()
    with pytest.raises(CannotRead, match="a header and no rows"):
        read_table(b"sku\n\n").count()
