"""The kinds of files there are; each app registers its own at start."""

from collections.abc import Iterable, Sequence

from integrations.importing.formulas import unescape_formula
from integrations.importing.reading import CannotRead, Table
from integrations.importing.resource import FileRow, ImportResource

_KINDS: dict[str, type[ImportResource]] = {}


def importer(resource: type[ImportResource]) -> type[ImportResource]:
    """Register a kind of file."""
    _KINDS[resource.kind] = resource
    return resource


def find_kind(kind: str) -> type[ImportResource] | None:
    """The kind of this name."""
    return _KINDS.get(kind)


def kinds() -> list[type[ImportResource]]:
    """All of them, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def check_columns(kind: type[ImportResource], table: Table) -> str:
    """Raises CannotRead where the header does not fit; returns what is not read, in a sentence."""
    columns, known = table.columns, kind.columns()
    _refuse("are named twice", sorted({one for one in columns if one and columns.count(one) > 1}))
    if "" in columns:
        raise CannotRead(f"Column {columns.index('') + 1} has no name in the first row. Name it.")
    unknown = [one for one in columns if one not in (*known, *kind.reads_not)]
    if unknown:
        names = f"The columns are: {', '.join(known)}."
        raise CannotRead(f"Nobody here knows the {_columns(unknown)}. {names} Rename or remove it.")
    missing = [one for one in kind.required if one not in columns]
    if missing:
        raise CannotRead(f"The {_columns(missing)} is missing. Add it to the first row.")
    unread = [one for one in columns if one in kind.reads_not]
    return f"Not read: {', '.join(unread)}; change those where they are kept." if unread else ""


def _columns(names: Sequence[str]) -> str:
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _refuse(what: str, names: Sequence[str]) -> None:
    if names:
        raise CannotRead(f"The {_columns(names)} {what} in the first row. Keep one of each.")


def number_rows(
    kind: type[ImportResource], columns: Sequence[str], rows: Iterable[tuple[int, list[str]]]
) -> tuple[dict[int, str], dict[int, int]]:
    """What only the whole file tells: (number -> sentence of rows said twice, number -> the first
    row of its group)."""
    keys: dict[tuple[str, ...], list[int]] = {}
    first: dict[str, int] = {}
    leads: dict[int, int] = {}
    for number, cells in rows:
        row = dict(zip(columns, map(unescape_formula, cells), strict=False))
        if key := kind.key_of(row):
            keys.setdefault(key, []).append(number)
        if group := kind.group_of(row):
            leads[number] = first.setdefault(group, number)
    twice = {key: found for key, found in keys.items() if len(found) > 1}
    return {number: _twice(key, found) for key, found in twice.items() for number in found}, leads


def _twice(key: tuple[str, ...], numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:5])) + (" and more" if len(numbers) > 5 else "")
    name = " · ".join(key)
    return f"{name} is in rows {listed} of the file. Keep one of them."


def file_rows(rows: Iterable[tuple[int, list[str]]], leads: dict[int, int]) -> Iterable[FileRow]:
    """With the first row of each one's group."""
    return (FileRow(number, cells, leads.get(number)) for number, cells in rows)
