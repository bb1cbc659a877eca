"""From the bytes of a file to numbered rows of cells, or a sentence why not. No database."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
DELIMITERS = ",;\t|"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
WESTERN = (
    "The file is not UTF-8. It was read as Western (Windows-1252): look at letters with accents "
    "before you import it, or save it as CSV UTF-8."
)


class CannotRead(Exception):
    """Nothing in it can be used; the text says what to do."""


@dataclass(frozen=True)
class Table:
    """The text of a file with its header. `note` is what staff should know of how it was read."""

    text: str
    delimiter: str
    columns: tuple[str, ...]
    note: str = ""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(number, cells), numbered as a spreadsheet does: the header is row 1.

        Rows without any content are left out. Raises CannotRead where a quotation mark never ends.
        """
        for number, cells in _records(self.text, self.delimiter):
            if number > 1 and any(cell.strip() for cell in cells):
                yield number, cells

    def count(self) -> int:
        """How many rows it has. Raises CannotRead where they are too many, or none."""
        found = sum(1 for _ in islice(self.rows(), MOST_ROWS + 1))
        if found > MOST_ROWS:
            most = f"The file has more than {MOST_ROWS:,} rows, the most one import takes."
            raise CannotRead(f"{most} Split it into several files.")
        if not found:
            raise CannotRead("The file has a header and no rows. Add a row, then choose it again.")
        return found


def read_table(data: bytes) -> Table:
    """Raises CannotRead with a sentence; the file may be UTF-8, UTF-16 or Windows-1252."""
    if len(data) > MOST_BYTES:
        size, most = len(data) / 1024 / 1024, MOST_BYTES // 1024 // 1024
        raise CannotRead(f"The file has {size:.0f} MB; at most {most} MB are taken. Split it.")
    if data.startswith(WORKBOOKS):
        how = "In your spreadsheet choose Save as, CSV UTF-8, and bring in that file."
        raise CannotRead(f"This is a workbook, not a CSV file. {how}")
    text, note = _decode(data)
    text, delimiter = _delimiter_of(text)
    if not text.strip():
        raise CannotRead("The file is empty.")
    _, header = next(_records(text, delimiter), (1, []))
    while header and not header[-1].strip():
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise CannotRead(f"The first row has {len(header)} cells; it must name the columns.")
    return Table(text, delimiter, tuple(column_key(name) for name in header), note)


def column_key(name: str) -> str:
    """`Ordered on`, ` ordered_on ` and `ordered on (UTC)` are one column."""
    plain = name.replace("\x00", "").partition(" (")[0]
    return "_".join(plain.strip().strip("\ufeff").casefold().split())


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as_utf16(data, "utf-16"), ""
    if guess := _silent_utf16(data):
        return _as_utf16(data, guess), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), WESTERN
    except UnicodeDecodeError:
        how = "Save it as CSV UTF-8 and choose it again."
        raise CannotRead(f"The letters of this file cannot be read. {how}") from None


def _as_utf16(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise CannotRead("The file is cut off or damaged. Save it again as CSV UTF-8.") from None


def _silent_utf16(data: bytes) -> str:
    """UTF-16 without its mark: every second byte of plain text is zero."""
    head = data[:2000]
    for start, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        half, other = head[start::2], head[1 - start :: 2]
        if len(half) > 3 and half.count(0) > len(half) * 0.8 and other.count(0) < len(other) * 0.2:
            return codec
    return ""


def _delimiter_of(text: str) -> tuple[str, str]:
    """The one the header uses most; a spreadsheet's own `sep=;` says it and is no row."""
    first, _, rest = text.partition("\n")
    said = first.strip()
    if said.casefold().startswith("sep=") and len(said) == 5:
        return rest, said[4]
    plain = "".join(first.split('"')[::2])
    return text, max(DELIMITERS, key=plain.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.splitlines(keepends=True) if "\n" not in text else _lines(text)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            yield number, cells
    except csv.Error:
        where = f"after row {number}" if number else "in the first row"
        how = "Close it, or write it twice where it belongs to the text."
        raise CannotRead(f"A quotation mark {where} does not end where it should. {how}") from None


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, without a second copy of the whole text."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]
