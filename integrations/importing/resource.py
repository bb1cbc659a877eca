"""What a kind of file means: columns, which row it names, what it would change. Nothing is written
by looking; `write` writes what was looked at, set by set."""

import logging
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from import_export import resources
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from integrations.importing.cells import moment_of
from integrations.importing.formulas import unescape_formula

log = logging.getLogger(__name__)
CREATE, UPDATE, UNCHANGED, ERROR = "create", "update", "unchanged", "error"
ACTIONS = {RowResult.IMPORT_TYPE_NEW: CREATE, RowResult.IMPORT_TYPE_UPDATE: UPDATE}
UNEXPECTED = "Something unexpected happened at this row; the log has it."
UNSTORABLE = "It has a character that cannot be stored (NUL). Type the cell anew."
NUMBER, LEAD = "#", "#lead"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class FileRow:
    """A row as it stands in the file; `lead` is the first row about the same thing."""

    number: int
    cells: Sequence[str]
    lead: int | None = None


@dataclass
class Planned:
    """What a row would do. `changes` are before and after by column, `errors` sentences by column
    ("" for the row as a whole)."""

    number: int
    action: str
    name: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    row: Row = field(default_factory=dict)
    instance: Any = None

    @property
    def writes(self) -> bool:
        """Whether anything comes of it."""
        return self.action in (CREATE, UPDATE)


class KeyLoader(BaseInstanceLoader):  # type: ignore[misc]
    """Finds the rows of a whole chunk at once, in as many queries for a thousand as for one."""

    def __init__(self, resource: "ImportResource", dataset: Dataset) -> None:
        super().__init__(resource, dataset)
        resource.load(dataset.dict)

    def get_instance(self, row: Row) -> Model | None:
        """What the chunk's look-up found for it."""
        found: Model | None = self.resource.find(row)
        return found


class SinceField(Field):  # type: ignore[misc]
    """Yes or no in the file, the moment of the yes in the row."""

    def save(self, instance: Any, row: Row, is_m2m: bool = False, **kwargs: Any) -> None:
        moment = moment_of(self.clean(row), getattr(instance, self.attribute))
        setattr(instance, self.attribute, moment)


class _Declared(ABCMeta, type(resources.ModelResource)):  # type: ignore[misc]
    """A resource whose missing parts are noticed when it is made, not when a file comes."""


class ImportResource(resources.ModelResource, metaclass=_Declared):  # type: ignore[misc]
    """One kind of file.

    `key` are the columns that say which row is meant, `required` those that must be there,
    `reads_not` columns of our own export that are only for reading, `words` what each column takes.
    `shown_at` names the admin page its rows are on, where that is no list.
    """

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    about: ClassVar[str] = ""
    perm: ClassVar[str] = ""
    shown_at: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()
    reads_not: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, str]] = {}
    example: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, user: AbstractBaseUser | None = None, source: str = "", *, locks: bool = False
    ) -> None:
        super().__init__()
        self.user, self.source, self.locks = user, source, locks
        self.planned: dict[int, Planned] = {}
        self.used: dict[int, int] = {}
        self.read_fields: list[Field] | None = None

    class Meta:
        skip_diff = report_skipped = True
        import_id_fields = ()
        instance_loader_class = KeyLoader

    # --- what a kind says of itself

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The columns it reads, in the order of the template."""
        return tuple(cls.words)

    @classmethod
    def key_of(cls, row: Row) -> tuple[str, ...]:
        """The same for two rows about the same thing; empty where the row does not say."""
        found = tuple(str(row.get(name, "")).strip() for name in cls.key)
        return found if all(found) else ()

    @classmethod
    def group_of(cls, row: Row) -> str:
        """Rows of one group have a common head, which the first of them writes."""
        return ""

    def load(self, rows: Sequence[Row]) -> None:
        """Read what these rows are about, in a fixed number of queries."""

    def find(self, row: Row) -> Model | None:
        """The row of ours it means, out of what `load` read; None makes a new one."""

    def check(self, instance: Any, row: Row, *, new: bool) -> dict[str, str]:
        """What forbids it, by column."""
        return {}

    def name_of(self, row: Row) -> str:
        """What staff call the row."""
        return " · ".join(self.key_of(row))

    @abstractmethod
    def write(self, planned: Sequence[Planned]) -> None:
        """Write these, in a transaction of the caller's."""

    def logged(self, planned: Planned) -> Model | None:
        """The row whose history tells of it."""
        found: Model | None = planned.instance
        return found

    def without_lead(self, planned: Sequence[Planned]) -> dict[int, str]:
        """Number -> why, of those that need a row which is not among them."""
        return {}

    @classmethod
    def finish(cls, user: AbstractBaseUser | None, columns: set[str]) -> None:
        """After the last row: who else must hear that these columns changed."""

    # --- looking

    def plan(self, columns: Sequence[str], rows: Iterable[FileRow]) -> list[Planned]:
        """What each row would do as things stand now; with `locks` they stay so until the end of
        the transaction. By django-import-export, whose saving is taken out."""
        self.planned, self.used, fit = {}, {}, []
        for row in rows:
            if problem := _misshapen(columns, row):
                self.planned[row.number] = Planned(row.number, ERROR, errors={"": problem})
            else:
                fit.append(row)
        table = Dataset(*(_record(columns, row) for row in fit), headers=[*columns, NUMBER, LEAD])
        if fit:
            # Not its dry run: that ends in a rollback, which gives up what `load` locked.
            result = self.import_data(table, dry_run=False, use_transactions=False)
            for problem in result.base_errors:
                raise problem.error
            for row, found in zip(fit, result.rows, strict=True):
                self._keep(row.number, found)
        return [self.planned[number] for number in sorted(self.planned)]

    def _keep(self, number: int, found: RowResult) -> None:
        planned = self.planned[number]
        for error in found.errors:
            log.error("import: row %s", number, exc_info=error.error)
            planned.errors[""] = UNEXPECTED
        if found.validation_error is not None:
            planned.errors |= self._by_column(found.validation_error)
        planned.action = ERROR if planned.errors else ACTIONS.get(found.import_type, UNCHANGED)
        if planned.errors:
            planned.changes = {}

    def _by_column(self, error: ValidationError) -> dict[str, str]:
        named = {one.attribute: one.column_name for one in self.fields.values()}
        found = error.update_error_dict({})
        return {
            "" if key == NON_FIELD_ERRORS else named.get(key, key): " ".join(
                message for one in errors for message in one.messages
            )
            for key, errors in found.items()
        }

    # --- django-import-export's hooks

    def before_import_row(self, row: Row, **kwargs: Any) -> None:
        self.planned[row[NUMBER]] = Planned(row[NUMBER], ERROR, row=row)
        self.planned[row[NUMBER]].name = self.name_of(row)
        bad = {name: UNSTORABLE for name, cell in row.items() if "\x00" in str(cell)}
        if bad:
            raise ValidationError(bad)

    def after_init_instance(self, instance: Any, new: bool, row: Row, **kwargs: Any) -> None:
        planned = self.planned[row[NUMBER]]
        planned.instance = instance
        first = self.used.setdefault(id(instance), row[NUMBER])
        if first != row[NUMBER]:
            raise ValidationError(f"Row {first} is about the same. Keep one of them.")
        shown = self.shown(instance, row)
        planned.changes = {name: ["" if new else text, ""] for name, text in shown.items()}

    def skip_row(
        self, instance: Any, original: Any, row: Row, import_validation_errors: Any = None
    ) -> bool:
        """Whether it would change nothing."""
        planned = self.planned[row[NUMBER]]
        after = self.shown(instance, row)
        pairs = {name: [planned.changes[name][0], after[name]] for name in planned.changes}
        planned.changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        return not planned.changes and not import_validation_errors

    def get_import_fields(self) -> list[Field]:
        """Found once, not for every row."""
        if self.read_fields is None:
            self.read_fields = super().get_import_fields()
        return self.read_fields

    def shown(self, instance: Any, row: Row) -> dict[str, str]:
        """The cells of this row as they stand in `instance`."""
        return {
            one.column_name: str(one.export(instance))
            for one in self.get_import_fields()
            if one.column_name in row and one.attribute
        }

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors = dict(import_validation_errors or {})
        planned = next(reversed(self.planned.values()))
        named = {one.column_name: one.attribute for one in self.fields.values()}
        new = instance.pk is None
        for column, sentence in self.check(instance, planned.row, new=new).items():
            errors.setdefault(named.get(column) or column or NON_FIELD_ERRORS, sentence)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Row, **kwargs: Any) -> None:
        """Nothing is saved by looking."""


def _record(columns: Sequence[str], row: FileRow) -> tuple[Any, ...]:
    """Its cells as they were meant; empty ones beyond the last column mean nothing."""
    cells = map(unescape_formula, row.cells[: len(columns)])
    return (*cells, row.number, row.lead)


def _misshapen(columns: Sequence[str], row: FileRow) -> str:
    extra = [cell for cell in row.cells[len(columns) :] if cell.strip()]
    if extra:
        return f"It has more cells than the header has columns: “{extra[0][:40]}” is one too many."
    if len(row.cells) < len(columns):
        return f"It has {len(row.cells)} cells, the header {len(columns)}. Write empty cells too."
    return ""
